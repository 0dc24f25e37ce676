import { App } from "./app";
import { rendersInSoftware } from "./rendersInSoftware";
import { settings } from "./settings";

declare global {
  interface Window {
    /** Read-only, for tests and for the curious in the browser's console. */
    bhava?: {
      /** World position of a joint of the partner as drawn, metres; null when there is none. */
      jointPosition(joint: string): number[] | null;
    };
  }
}

const context = document.createElement("canvas").getContext("webgl2");

if (context === null) {
  const notice = document.querySelector("#notice") as HTMLElement;
  notice.hidden = false;
  (notice.querySelector("p") as HTMLElement).textContent =
    "This browser cannot draw in 3D (WebGL 2 is missing). Switch hardware acceleration on, or open this page in a current Chrome, Firefox, Edge or Safari.";
  (document.querySelector("#state") as HTMLElement).textContent = "Not connected";
  document.querySelector("#console")?.remove();
} else {
  const app = new App(settings(location.search), rendersInSoftware(context) ? "low" : "high");
  window.bhava = {
    jointPosition: (joint) => app.cast?.jointPosition(joint) ?? null,
  };
  app.start();
}
