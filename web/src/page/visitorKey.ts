const NAME = "bhava.key";

/** The key or token that a visitor entered or that the address brought, for one session of the browser. */
export const visitorKey = {
  /** Empty where there is none. */
  recall(): string {
    takeFromAddress();
    return sessionStorage.getItem(NAME) ?? "";
  },

  remember(key: string): void {
    sessionStorage.setItem(NAME, key);
  },
};

/** Takes a key out of the address, where whoever looks over a shoulder would read it. */
function takeFromAddress(): void {
  const parts = new URLSearchParams(location.hash.slice(1));
  const key = parts.get("key");
  if (!key) return;
  visitorKey.remember(key);
  parts.delete("key");
  const rest = parts.size > 0 ? `#${parts}` : "";
  history.replaceState(null, "", location.pathname + location.search + rest);
}
