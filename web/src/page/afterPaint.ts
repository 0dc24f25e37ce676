/** A browser that paints nothing for so long, milliseconds, is not waited for: its window is covered. */
const PATIENCE = 300;

/**
 * Waits until what is on the page has been painted once, so that nobody looks at an empty page
 * while the graphics card compiles; a page that is not seen waits for nothing.
 */
export function afterPaint(): Promise<void> {
  if (document.hidden) return Promise.resolve();
  return new Promise((resolve) => {
    // A frame's callbacks run before it is painted, a timer after it.
    requestAnimationFrame(() => setTimeout(resolve));
    setTimeout(resolve, PATIENCE);
  });
}
