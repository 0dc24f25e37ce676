import { texts } from "../language/texts";
import { translatePage } from "../language/translatePage";
import { afterPaint } from "../page/afterPaint";
import { findElement } from "../page/findElement";
import { parseSettings } from "../page/parseSettings";
import { bestQuality } from "../quality";
import { DancePage } from "./dancePage";

translatePage(document.documentElement);
// Who begins before the page can draw is not asked to click again.
const begin = findElement("#begin");
let begun = false;
begin.onclick = () => {
  begun = true;
  document.documentElement.dataset.dance = "opening";
};
await afterPaint();
const best = bestQuality();

if (best === null) {
  document.documentElement.dataset.dance = "trouble";
  findElement("#trouble p").textContent = texts.browser.noWebGl;
} else {
  const page = new DancePage(parseSettings(location.search), best);
  window.bhava = {
    jointPosition: (joint) => page.client.figures?.jointPosition(joint) ?? null,
  };
  page.start();
  if (begun) begin.click();
}
