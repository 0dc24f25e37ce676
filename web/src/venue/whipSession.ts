/** A longer search for ways to the server adds none that matter, milliseconds. */
const GATHERING = 2_000;
/** Pictures a second. */
const RATE = 30;

/** Why a server does not take the picture: how it answered, or 0 if it could not be reached. */
export class WhipRefusal extends Error {
  constructor(readonly status: number) {
    super(`WHIP server answered ${status}`);
  }
}

/**
 * Sends the picture of a canvas to a server by WHIP (RFC 9725): one request offers it, and the answer
 * tells where it goes.
 */
export class WhipSession {
  private readonly peer = new RTCPeerConnection();
  private readonly ending = new AbortController();
  /** Address by which the session is ended; null before the server told it. */
  private resource: string | null = null;

  /**
   * @param address Where it is offered.
   * @param token Shown to the server; empty for none.
   * @param changed Is told whenever the connection comes or goes.
   */
  constructor(
    private readonly address: string,
    private readonly token: string,
    private readonly changed: (state: RTCPeerConnectionState) => void,
  ) {}

  /** @throws WhipRefusal */
  async start(canvas: HTMLCanvasElement): Promise<void> {
    const stream = canvas.captureStream(RATE);
    for (const track of stream.getVideoTracks()) {
      track.contentHint = "motion";
      this.peer.addTransceiver(track, { direction: "sendonly", streams: [stream] });
    }
    this.peer.onconnectionstatechange = () => this.changed(this.peer.connectionState);
    await this.peer.setLocalDescription();
    await gathered(this.peer);
    const answer = await this.post(this.peer.localDescription?.sdp ?? "");
    await this.peer.setRemoteDescription({ type: "answer", sdp: answer });
  }

  close(): void {
    this.ending.abort();
    for (const { track } of this.peer.getSenders()) track?.stop();
    this.peer.close();
    if (this.resource === null) return;
    const [method, keepalive, headers] = ["DELETE", true, this.authority];
    fetch(this.resource, { method, keepalive, headers }).catch(() => {});
  }

  private async post(offer: string): Promise<string> {
    const response = await fetch(this.address, {
      method: "POST",
      headers: { "Content-Type": "application/sdp", ...this.authority },
      body: offer,
      signal: this.ending.signal,
    }).catch(() => null);
    if (response?.status !== 201) throw new WhipRefusal(response?.status ?? 0);
    const place = response.headers.get("Location");
    if (place !== null) this.resource = new URL(place, response.url).href;
    return response.text();
  }

  private get authority(): Record<string, string> {
    return this.token === "" ? {} : { Authorization: `Bearer ${this.token}` };
  }
}

/** Waits until all ways to this browser are known: the one request has to name them. */
async function gathered(peer: RTCPeerConnection): Promise<void> {
  await new Promise<void>((resolve) => {
    const check = () => peer.iceGatheringState === "complete" && resolve();
    peer.onicegatheringstatechange = check;
    check();
    setTimeout(resolve, GATHERING);
  });
}
