import { backoffSeconds } from "../connection/backoffSeconds";
import { texts } from "../language/texts";
import { WhipRefusal, WhipSession } from "./whipSession";

const [UNAUTHORISED, FORBIDDEN, NOT_FOUND] = [401, 403, 404];

/** Keeps the picture of a canvas on its way to a WHIP server; comes back whenever it is lost. */
export class WhipBroadcast {
  private session: WhipSession | null = null;
  private failures = 0;

  /**
   * @param address Where the picture is offered.
   * @param token Shown to the server; empty for none.
   * @param tell Is told what stands in the way, in words; null once the picture goes.
   */
  constructor(
    private readonly canvas: HTMLCanvasElement,
    private readonly address: string,
    private readonly token: string,
    private readonly tell: (sentence: string | null) => void,
  ) {}

  start(): void {
    addEventListener("pagehide", () => this.session?.close());
    void this.offer();
  }

  private async offer(): Promise<void> {
    const session = new WhipSession(this.address, this.token, (state) => {
      if (session === this.session) this.connectionChanged(state);
    });
    this.session = session;
    try {
      await session.start(this.canvas);
    } catch (error) {
      const status = error instanceof WhipRefusal ? error.status : 0;
      this.lost(refusalSentence(this.address, status));
    }
  }

  private connectionChanged(state: RTCPeerConnectionState): void {
    if (state === "connected") {
      this.failures = 0;
      this.tell(null);
    }
    if (state === "failed" || state === "disconnected") this.lost(texts.whip.lost(this.address));
  }

  private lost(why: string): void {
    this.tell(why);
    this.session?.close();
    this.session = null;
    setTimeout(() => void this.offer(), 1000 * backoffSeconds(this.failures++, Math.random()));
  }
}

/** Says why a server does not take the picture. */
export function refusalSentence(address: string, status: number): string {
  const { whip } = texts;
  if (status === 0) return whip.unreachable(address);
  if (status === UNAUTHORISED || status === FORBIDDEN) return whip.token(address);
  return status === NOT_FOUND ? whip.nothing(address) : whip.refused(address, status);
}
