import { translatePage } from "../language/translatePage";
import { parseSettings } from "../page/parseSettings";
import { ConsolePage } from "./consolePage";

translatePage(document.documentElement);
new ConsolePage(parseSettings(location.search).stage).start();
