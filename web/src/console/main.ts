import { translatePage } from "../language/translatePage";
import { parseSettings } from "../page/parseSettings";
import { bestQuality } from "../stage/bestQuality";
import { ConsolePage } from "./consolePage";

translatePage(document.documentElement);
new ConsolePage(parseSettings(location.search), bestQuality()).start();
