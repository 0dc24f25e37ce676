import { texts } from "../language/texts";
import { reloadCounts } from "../venue/reloadCounts";
import type { Notice } from "./notice";

const REASON = "mismatch";

/** Page and server are of two versions: reloading helps once, or nothing on this page does. */
export const versionMismatch = {
  /** @param unattended Whether nobody is there to be asked. */
  tell(notice: Notice, unattended: boolean): void {
    const { refusal, page } = texts;
    const reload = () => reloadCounts.reload(REASON);
    if (reloadCounts.count(REASON) > 0) notice.tell(refusal.still_unsupported);
    else if (unattended) reload();
    else notice.tell(refusal.unsupported_version, page.reload, reload);
  },

  /** They agree. */
  forget(): void {
    reloadCounts.forget(REASON);
  },
};
