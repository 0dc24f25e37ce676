/** Fills the screen with the page, or gives it back; browsers refuse without a visitor's gesture. */
export function toggleFullScreen(): void {
  const change = document.fullscreenElement
    ? document.exitFullscreen()
    : document.documentElement.requestFullscreen();
  change.catch((error) => console.warn(`no full screen: ${error}`));
}
