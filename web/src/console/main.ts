import { settings } from "../settings";
import { Desk } from "./desk";

new Desk(settings(location.search).stage).start();
