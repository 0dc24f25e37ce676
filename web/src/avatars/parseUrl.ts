/** Reads an address, relative to the page if it names no host; null when it is none. */
export function parseUrl(text: string): URL | null {
  return URL.canParse(text, location.href) ? new URL(text, location.href) : null;
}
