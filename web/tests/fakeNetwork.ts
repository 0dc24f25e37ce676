import type { Network, Socket, SocketEvents } from "../src/connection/network";

/** A socket whose other end is the test. */
export class FakeSocket implements Socket {
  readonly sent: (string | ArrayBuffer)[] = [];
  closed = false;
  closeCode: number | undefined;
  waiting = 0;

  constructor(
    readonly address: string,
    readonly events: SocketEvents,
  ) {}

  send(data: string | ArrayBuffer): void {
    this.sent.push(data);
  }

  close(code?: number): void {
    this.closed = true;
    this.closeCode = code;
  }

  backlog(): number {
    return this.waiting;
  }

  /** What was sent as JSON, of one type or all. */
  messages(type?: string): Record<string, unknown>[] {
    const all = this.sent
      .filter((data) => typeof data === "string")
      .map((text) => JSON.parse(text));
    return all.filter((message) => type === undefined || message.type === type);
  }
}

/** A network whose time passes only when the test says so. */
export class FakeNetwork implements Network {
  readonly sockets: FakeSocket[] = [];
  private time = 0;
  private timers: { due: number; action: () => void }[] = [];

  open(address: string, events: SocketEvents): Socket {
    const socket = new FakeSocket(address, events);
    this.sockets.push(socket);
    return socket;
  }

  now(): number {
    return this.time;
  }

  after(seconds: number, action: () => void): () => void {
    const timer = { due: this.time + seconds, action };
    this.timers.push(timer);
    return () => {
      this.timers = this.timers.filter((other) => other !== timer);
    };
  }

  random(): number {
    return 1;
  }

  /** The socket opened last. */
  get socket(): FakeSocket {
    const last = this.sockets.at(-1);
    if (last === undefined) throw new Error("expected a socket, got none");
    return last;
  }

  /** Lets time pass, running what falls due, in order. */
  pass(seconds: number): void {
    const end = this.time + seconds;
    for (;;) {
      const next = this.timers.filter((timer) => timer.due <= end).sort((a, b) => a.due - b.due)[0];
      if (next === undefined) break;
      this.timers = this.timers.filter((timer) => timer !== next);
      this.time = next.due;
      next.action();
    }
    this.time = end;
  }
}
