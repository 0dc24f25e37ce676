import { encodeLandmarks, type Person } from "../protocol/encodeLandmarks";
import { isKeyRefusal } from "../protocol/keyRefusal";
import type {
  ClientMessage,
  ControlChanges,
  Hello,
  Refused,
  Role,
  ServerMessage,
} from "../protocol/messages";
import { parseServerMessage } from "../protocol/parseServerMessage";
import { ProtocolError } from "../protocol/protocolError";
import { protocolVersion } from "../protocol/protocolVersion";
import { backoffSeconds } from "./backoffSeconds";
import { ClockSync } from "./clockSync";
import type { Network, Socket } from "./network";

/**
 * - connecting: a socket is opening, or the server's hello is awaited
 * - live: frames and messages flow
 * - waiting: lost; the next attempt follows by itself
 * - refused: another version, no such stage, or not even watching is granted; trying again would
 *   change nothing
 * - closed: not started, or stopped
 */
export type ConnectionState = "connecting" | "live" | "waiting" | "refused" | "closed";

export interface ConnectionListener {
  stateChanged(state: ConnectionState): void;
  helloReceived(hello: Hello): void;
  frameReceived(bytes: ArrayBuffer): void;
  messageReceived(message: Exclude<ServerMessage, Hello>): void;
}

/** What a client asks for in its hello. */
export interface JoinRequest {
  readonly role: Role;
  /** Name of the stage. */
  readonly stage: string;
  /** The operator's key or a token, where the server asks for one. */
  readonly key?: string;
}

const TICK = 0.5;
const TICKS_PER_PING = 4;
/** Counted rather than timed: a page that was busy itself has not been listening. */
const SILENT_TICKS = 5;
const OPENING_TICKS = 10;
/** About five landmark messages: more than that waiting means the link is choked. */
const BACKLOG_LIMIT = 2048;
/** Refusals after which a performer may only watch. */
const PERFORMER_REFUSALS: readonly string[] = [
  "performer_taken",
  "seat_freed",
  "source_not_browser",
];
/** Close code of a link that seems to be lost: a usual close would free the performer's seat. */
const COMING_BACK = 4000;
/** Refusals after which trying again would change nothing. */
const FINAL_REFUSALS: readonly string[] = ["unsupported_version", "unknown_stage", "stage_ended"];

/** The session with the server: says hello, keeps the clock, and comes back when it is lost. */
export class Connection {
  clock = new ClockSync();
  private current: ConnectionState = "closed";
  private socket: Socket | null = null;
  private session: string | null = null;
  private attempt = 0;
  private ticks = 0;
  private silentTicks = 0;
  private pictures = 0;
  private cancelTimer: () => void = () => {};

  constructor(
    private readonly address: string,
    private readonly network: Network,
    private readonly listener: ConnectionListener,
    private request: JoinRequest,
  ) {}

  get state(): ConnectionState {
    return this.current;
  }

  start(): void {
    this.attempt = 0;
    this.openSocket();
  }

  stop(): void {
    this.dropSocket();
    this.setState("closed");
  }

  /** Tries at once when an attempt was being waited for. */
  retryAtOnce(): void {
    if (this.current === "waiting") this.openSocket();
  }

  /** Asks the server again, in another role. */
  changeRole(role: Role): void {
    if (role !== this.request.role) this.rejoin({ role });
  }

  /** Asks the server again, with changes of what it was asked for before. */
  rejoin(changes: Partial<JoinRequest>): void {
    this.request = { ...this.request, ...changes };
    if (this.current !== "closed") this.start();
  }

  /** Sends when live; a message for a lost session has nobody to go to. */
  send(message: ClientMessage): void {
    if (this.current === "live") this.socket?.send(JSON.stringify(message));
  }

  /**
   * Changes controls; those that are not named stay.
   *
   * @param fade Seconds until the change is complete.
   */
  setControls(changes: ControlChanges, fade = 0): void {
    this.send({ type: "set", ...changes, ...(fade > 0 && { fade }) });
  }

  /**
   * Sends who is in a picture, unless earlier landmarks still wait: late ones are worth nothing.
   *
   * @param captured When it was taken, seconds of this client's clock.
   * @returns Whether they were sent.
   */
  sendLandmarks(captured: number, people: readonly Person[]): boolean {
    const time = this.clock.serverFromClient(captured);
    const free = this.current === "live" && (this.socket?.backlog() ?? 0) < BACKLOG_LIMIT;
    if (!free || time === null) return false;
    this.socket?.send(encodeLandmarks(this.pictures++, time, people));
    return true;
  }

  private openSocket(): void {
    this.dropSocket();
    this.clock = new ClockSync();
    this.setState("connecting");
    this.ticks = 0;
    this.silentTicks = 0;
    const socket = this.network.open(this.address, {
      opened: () => this.socket === socket && this.sendHello(socket),
      received: (data) => this.socket === socket && this.receiveData(data),
      closed: () => this.socket === socket && this.waitToRetry(),
    });
    this.socket = socket;
    this.watchSilence();
  }

  private sendHello(socket: Socket): void {
    this.silentTicks = 0;
    const hello: ClientMessage = {
      type: "hello",
      version: protocolVersion,
      ...this.request,
      ...(this.session !== null && { session: this.session }),
    };
    socket.send(JSON.stringify(hello));
  }

  private receiveData(data: string | ArrayBuffer): void {
    this.silentTicks = 0;
    try {
      if (typeof data === "string") this.receiveMessage(parseServerMessage(data));
      else if (this.current === "live") this.listener.frameReceived(data);
    } catch (error) {
      if (!(error instanceof ProtocolError)) throw error;
      console.warn(`not understood: ${error.message}`);
      if (this.current === "connecting") this.waitToRetry();
    }
  }

  private receiveMessage(message: ServerMessage | null): void {
    if (message === null) return;
    if (message.type === "hello") {
      this.receiveHello(message);
      return;
    }
    if (message.type === "pong") {
      this.clock.receivePong(message.client_time, message.server_time, this.network.now());
    }
    if (message.type === "refused") this.receiveRefused(message);
    this.listener.messageReceived(message);
  }

  private receiveHello(hello: Hello): void {
    if (hello.version !== protocolVersion) {
      const detail = `expected version ${protocolVersion}, got ${hello.version}`;
      this.receiveMessage({ type: "refused", name: "unsupported_version", detail });
      return;
    }
    this.attempt = 0;
    this.session = hello.session;
    // First the hello: whoever hears "live" already knows what it shows.
    this.listener.helloReceived(hello);
    this.setState("live");
    this.sendPing();
  }

  private receiveRefused({ name }: Refused): void {
    // Only a key that came too soon may be right at another time.
    const uninvited = this.request.role === "viewer" && name !== "key_too_soon";
    if (FINAL_REFUSALS.includes(name) || (uninvited && isKeyRefusal(name))) this.giveUp();
    else if (PERFORMER_REFUSALS.includes(name) || isKeyRefusal(name)) this.changeRole("viewer");
  }

  private giveUp(): void {
    this.dropSocket();
    this.setState("refused");
  }

  private waitToRetry(): void {
    this.dropSocket(COMING_BACK);
    this.setState("waiting");
    const seconds = backoffSeconds(this.attempt++, this.network.random());
    this.cancelTimer = this.network.after(seconds, () => this.openSocket());
  }

  /** Pings while live, and gives a silent socket up: a cut cable closes nothing. */
  private watchSilence(): void {
    this.cancelTimer = this.network.after(TICK, () => {
      const patience = this.current === "live" ? SILENT_TICKS : OPENING_TICKS;
      if (++this.silentTicks > patience) {
        this.waitToRetry();
        return;
      }
      if (++this.ticks % TICKS_PER_PING === 0) this.sendPing();
      this.watchSilence();
    });
  }

  private sendPing(): void {
    this.send({ type: "ping", client_time: this.network.now() });
  }

  private dropSocket(code?: number): void {
    this.cancelTimer();
    const socket = this.socket;
    this.socket = null;
    socket?.close(code);
  }

  private setState(state: ConnectionState): void {
    if (state === this.current) return;
    this.current = state;
    this.listener.stateChanged(state);
  }
}
