import { translatePage } from "../language/translatePage";
import { afterPaint } from "../page/afterPaint";
import { parseSettings } from "../page/parseSettings";
import { bestQuality } from "../quality";
import { ConsolePage } from "./consolePage";

translatePage(document.documentElement);
await afterPaint();
new ConsolePage(parseSettings(location.search), bestQuality()).start();
