const SAMPLES = 8;

interface Sample {
  readonly roundTrip: number;
  readonly offset: number;
}

/**
 * Tells the server's clock from pings: of the last few, the quickest has the least room for error.
 *
 * References: D. Mills, RFC 5905, clock filter.
 */
export class ClockSync {
  private readonly samples: Sample[] = [];

  /** All in seconds; `now` and `clientTime` of this client's clock. */
  receivePong(clientTime: number, serverTime: number, now: number): void {
    const roundTrip = now - clientTime;
    this.samples.push({ roundTrip, offset: serverTime - (clientTime + roundTrip / 2) });
    if (this.samples.length > SAMPLES) this.samples.shift();
  }

  /** Seconds to the server and back; null before the first pong. */
  get roundTrip(): number | null {
    return this.best?.roundTrip ?? null;
  }

  /** The server's clock at a moment of this client's; null before the first pong. */
  serverFromClient(clientTime: number): number | null {
    return this.best === undefined ? null : clientTime + this.best.offset;
  }

  private get best(): Sample | undefined {
    return this.samples.reduce<Sample | undefined>(
      (best, sample) => (best && best.roundTrip <= sample.roundTrip ? best : sample),
      undefined,
    );
  }
}
