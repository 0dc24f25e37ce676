/** What the connection needs of the world; tests hand in their own. */
export interface Network {
  open(address: string, events: SocketEvents): Socket;
  /** Seconds of a monotonic clock. */
  now(): number;
  /** Runs an action once after so many seconds; the returned function calls it off. */
  after(seconds: number, action: () => void): () => void;
  /** Uniform in [0, 1). */
  random(): number;
}

export interface Socket {
  send(data: string | ArrayBuffer): void;
  /** @param code Of the WebSocket; the usual one if left out. */
  close(code?: number): void;
  /** Bytes handed over and not yet sent. */
  backlog(): number;
}

export interface SocketEvents {
  opened(): void;
  received(data: string | ArrayBuffer): void;
  closed(): void;
}
