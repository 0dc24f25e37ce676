import type { HtmlTagDescriptor, Plugin } from "vite";

const ICON =
  "data:image/svg+xml,<svg xmlns='http://www.w3.org/2000/svg' viewBox='0 0 8 8'>" +
  "<circle cx='4' cy='4' r='3' fill='%23ffd9ac'/></svg>";

const TAGS: HtmlTagDescriptor[] = [
  { tag: "meta", attrs: { charset: "utf-8" } },
  meta("viewport", "width=device-width, initial-scale=1, viewport-fit=cover"),
  meta("theme-color", "#0a080a"),
  { tag: "link", attrs: { rel: "icon", href: ICON } },
];

/** Begins the head of every page with what all of them share. */
export function pageHead(): Plugin {
  return {
    name: "page-head",
    transformIndexHtml: () => TAGS.map((tag) => ({ ...tag, injectTo: "head-prepend" })),
  };
}

function meta(name: string, content: string): HtmlTagDescriptor {
  return { tag: "meta", attrs: { name, content } };
}
