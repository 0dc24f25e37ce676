import { texts } from "../language/texts";
import { translatePage } from "../language/translatePage";
import { parseSettings } from "../page/parseSettings";
import { rendersInSoftware } from "../stage/rendersInSoftware";
import { DancePage } from "./dancePage";

translatePage(document.documentElement);
const context = document.createElement("canvas").getContext("webgl2");

if (context === null) {
  document.documentElement.dataset.dance = "trouble";
  (document.querySelector("#trouble p") as HTMLElement).textContent = texts.browser.noWebGl;
} else {
  const best = rendersInSoftware(context) ? "low" : "high";
  const page = new DancePage(parseSettings(location.search), best);
  window.bhava = {
    jointPosition: (joint) => page.client.figures?.jointPosition(joint) ?? null,
  };
  page.start();
}
