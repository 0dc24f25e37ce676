import { translatePage } from "../language/translatePage";
import { settings } from "../settings";
import { Desk } from "./desk";

translatePage(document.documentElement);
new Desk(settings(location.search).stage).start();
