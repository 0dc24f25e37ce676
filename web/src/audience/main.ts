import { texts } from "../language/texts";
import { translatePage } from "../language/translatePage";
import { parseSettings } from "../page/parseSettings";
import { rendersInSoftware } from "../stage/rendersInSoftware";
import { AudiencePage } from "./audiencePage";

translatePage(document.documentElement);
if (new URLSearchParams(location.search).has("performer"))
  location.replace(`dance${location.search}`);
const context = document.createElement("canvas").getContext("webgl2");

if (context === null) {
  const notice = document.querySelector("#notice") as HTMLElement;
  notice.hidden = false;
  (notice.querySelector("p") as HTMLElement).textContent = texts.browser.noWebGl;
  (document.querySelector("#state") as HTMLElement).textContent = texts.state.closed;
  document.querySelector("#controls")?.remove();
} else {
  const app = new AudiencePage(
    parseSettings(location.search),
    rendersInSoftware(context) ? "low" : "high",
  );
  window.bhava = {
    jointPosition: (joint) => app.client.figures?.jointPosition(joint) ?? null,
  };
  app.start();
}
