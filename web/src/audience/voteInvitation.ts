import { findElement } from "../page/findElement";
import type { Controls } from "../protocol/messages";

/** Between two looks at the code, milliseconds: it changes every half minute, and two are valid. */
const PERIOD = 10_000;

/** The way to the vote, as a code for phones in a corner of the picture. */
export class VoteInvitation {
  private readonly figure = findElement("#vote");
  private readonly picture = findElement<HTMLImageElement>("#vote img");
  private timer = 0;
  private count = 0;

  /** @param stage Name of the stage that is voted on. */
  constructor(private readonly stage: string) {
    this.picture.onload = () => {
      this.figure.hidden = this.timer === 0;
    };
    this.picture.onerror = () => {
      this.figure.hidden = true;
    };
  }

  /** Shows the code while the operator invites to the vote. */
  showConfirmed({ voting }: Controls): void {
    const invited = voting === "invited";
    if (invited === this.timer > 0) return;
    clearInterval(this.timer);
    this.timer = invited ? window.setInterval(() => this.renew(), PERIOD) : 0;
    if (invited) this.renew();
    else this.figure.hidden = true;
  }

  private renew(): void {
    const path = `api/stages/${encodeURIComponent(this.stage)}/votes/code.svg`;
    this.count += 1;
    this.picture.src = `${path}?${this.count}`;
  }
}
