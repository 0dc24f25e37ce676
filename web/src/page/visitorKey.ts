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
  const key = new URLSearchParams(location.hash.slice(1)).get("key");
  if (!key) return;
  visitorKey.remember(key);
  history.replaceState(null, "", location.pathname + location.search);
}
