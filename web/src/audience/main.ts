import { texts } from "../language/texts";
import { translatePage } from "../language/translatePage";
import { afterPaint } from "../page/afterPaint";
import { findElement } from "../page/findElement";
import { Notice } from "../page/notice";
import { parseSettings } from "../page/parseSettings";
import { bestQuality } from "../quality";
import { AudiencePage } from "./audiencePage";
import { WallPage } from "./wallPage";

translatePage(document.documentElement);
if (new URLSearchParams(location.search).has("performer"))
  location.replace(`dance${location.search}`);
await afterPaint();
const best = bestQuality();

if (best === null) {
  new Notice().tell(texts.browser.noWebGl);
  findElement("#state").textContent = texts.state.closed;
  findElement("#controls").remove();
} else {
  const settings = parseSettings(location.search);
  if (settings.wall.length > 0) new WallPage(settings, best).start();
  else showStage(new AudiencePage(settings, best));
}

function showStage(page: AudiencePage): void {
  window.bhava = {
    jointPosition: (joint) => page.client.figures?.jointPosition(joint) ?? null,
  };
  page.start();
}
