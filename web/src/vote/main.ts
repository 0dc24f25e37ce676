import { translatePage } from "../language/translatePage";
import { BallotHolder } from "./ballotHolder";
import { VotePage } from "./votePage";

translatePage(document.documentElement);
const stage = decodeURIComponent(location.pathname.split("/").pop() ?? "") || "default";
const code = location.hash.slice(1);
// A code that is passed on with the address would be late.
history.replaceState(null, "", location.pathname + location.search);
new VotePage(new BallotHolder(`../api/stages/${encodeURIComponent(stage)}`, code)).start();
