import { texts } from "../language/texts";
import { reloads } from "../venue/reloads";
import type { Notice } from "./notice";

const REASON = "mismatch";

/** Page and server are of two versions: reloading helps once, or nothing on this page does. */
export const mismatch = {
  /** @param unattended Whether nobody is there to be asked. */
  tell(notice: Notice, unattended: boolean): void {
    const { refusal, page } = texts;
    const reload = () => reloads.reload(REASON);
    if (reloads.count(REASON) > 0) notice.tell(refusal.still_unsupported);
    else if (unattended) reload();
    else notice.tell(refusal.unsupported_version, page.reload, reload);
  },

  /** They agree. */
  forget(): void {
    reloads.forget(REASON);
  },
};
