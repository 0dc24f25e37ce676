/** Keeps the screen on for as long as the page is in front; browsers without the means do not. */
export function wakeLock(): void {
  const request = () => {
    if (document.visibilityState !== "visible") return;
    // Refused on a low battery: then the screen may sleep.
    navigator.wakeLock?.request("screen").catch((error) => console.warn(`no wake lock: ${error}`));
  };
  // The browser takes the lock back whenever the page is hidden.
  document.addEventListener("visibilitychange", request);
  request();
}
