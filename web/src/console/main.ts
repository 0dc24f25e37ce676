import { translatePage } from "../language/translatePage";
import { settings } from "../page/settings";
import { Desk } from "./consolePage";

translatePage(document.documentElement);
new Desk(settings(location.search).stage).start();
