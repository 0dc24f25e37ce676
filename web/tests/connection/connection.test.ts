import { beforeEach, describe, expect, it, vi } from "vitest";
import { Connection, type ConnectionState } from "../../src/connection/connection";
import type { Hello, ServerMessage } from "../../src/protocol/messages";
import { FakeNetwork } from "../fakeNetwork";
import { goldenJson } from "../golden";

const { server } = goldenJson<{ server: ServerMessage[] }>("messages");
const hello = server.find((message) => message.type === "hello") as Hello;

const REQUEST = { role: "operator", stage: "left", key: "sesame" } as const;

let network: FakeNetwork;
let states: ConnectionState[];
let heard: { hellos: Hello[]; frames: ArrayBuffer[]; messages: ServerMessage[] };
let connection: Connection;

beforeEach(() => {
  vi.spyOn(console, "warn").mockImplementation(() => {});
  network = new FakeNetwork();
  states = [];
  heard = { hellos: [], frames: [], messages: [] };
  const listener = {
    stateChanged: (state: ConnectionState) => states.push(state),
    helloReceived: (message: Hello) => heard.hellos.push(message),
    frameReceived: (bytes: ArrayBuffer) => heard.frames.push(bytes),
    messageReceived: (message: ServerMessage) => heard.messages.push(message),
  };
  connection = new Connection("ws://stage/ws", network, listener, REQUEST);
});

function receive(message: unknown): void {
  network.socket.events.received(JSON.stringify(message));
}

function goLive(): void {
  connection.start();
  network.socket.events.opened();
  receive(hello);
}

describe("greeting", () => {
  it("says hello when the socket opens and is live with the server's", () => {
    connection.start();
    expect(network.socket.address).toBe("ws://stage/ws");
    expect(network.socket.sent).toEqual([]);
    network.socket.events.opened();
    expect(network.socket.messages()).toEqual([{ type: "hello", version: 2, ...REQUEST }]);
    receive(hello);
    expect(heard.hellos).toEqual([hello]);
    expect(states).toEqual(["connecting", "live"]);
  });

  it("passes frames on only after the hello", () => {
    connection.start();
    network.socket.events.opened();
    network.socket.events.received(new ArrayBuffer(3));
    receive(hello);
    network.socket.events.received(new ArrayBuffer(4));
    expect(heard.frames.map((bytes) => bytes.byteLength)).toEqual([4]);
  });

  it("gives up on a server of another version, and says so", () => {
    connection.start();
    network.socket.events.opened();
    receive({ ...hello, version: 3 });
    expect(connection.state).toBe("refused");
    expect(network.socket.closed).toBe(true);
    network.pass(600);
    expect(network.sockets).toHaveLength(1);
  });

  it.each(["unsupported_version", "unknown_stage", "stage_ended"])("gives up after %s", (name) => {
    connection.start();
    network.socket.events.opened();
    receive({ type: "refused", name, detail: "expected 3, got 2" });
    network.socket.events.closed();
    network.pass(600);
    expect(connection.state).toBe("refused");
    expect(heard.messages).toMatchObject([{ name }]);
  });

  it("hears of another model by another hello", () => {
    goLive();
    receive({ ...hello, emotions: ["calm"] });
    expect(heard.hellos.map(({ emotions }) => emotions.length)).toEqual([3, 1]);
    expect(states).toEqual(["connecting", "live"]);
    expect(network.sockets).toHaveLength(1);
  });

  it("tries again after a hello that cannot be read", () => {
    connection.start();
    network.socket.events.opened();
    receive({ ...hello, fps: "many" });
    expect(connection.state).toBe("waiting");
  });
});

describe("coming back", () => {
  it("is back within a second, and tells who it was", () => {
    goLive();
    expect(network.socket.messages("hello")[0]).not.toHaveProperty("session");
    network.socket.events.closed();
    network.pass(1);
    expect(network.sockets).toHaveLength(2);
    network.socket.events.opened();
    expect(network.socket.messages("hello")).toMatchObject([
      { ...REQUEST, session: hello.session },
    ]);
  });

  it("waits longer from failure to failure, up to 8 s", () => {
    connection.start();
    const waits = Array.from({ length: 8 }, () => {
      const opened = network.sockets.length;
      const from = network.now();
      network.socket.events.closed();
      expect(connection.state).toBe("waiting");
      while (network.sockets.length === opened) network.pass(0.125);
      return network.now() - from;
    });
    expect(waits).toEqual([0.25, 0.5, 1, 2, 4, 8, 8, 8]);
  });

  it("starts over with short waits once it was live", () => {
    goLive();
    for (let i = 0; i < 5; i++) {
      network.socket.events.closed();
      network.pass(8);
    }
    network.socket.events.opened();
    receive(hello);
    network.socket.events.closed();
    const opened = network.sockets.length;
    network.pass(0.25);
    expect(network.sockets).toHaveLength(opened + 1);
  });

  it("does not wait when told to retry at once", () => {
    goLive();
    network.socket.events.closed();
    connection.retryAtOnce();
    expect(network.sockets).toHaveLength(2);
    connection.retryAtOnce();
    expect(network.sockets).toHaveLength(2);
  });

  it("gives a silent socket up, and a speaking one not", () => {
    goLive();
    for (let i = 0; i < 20; i++) {
      network.pass(2);
      network.socket.events.received(new ArrayBuffer(0));
    }
    expect(network.sockets).toHaveLength(1);
    network.pass(3);
    // A usual close would free the performer's seat.
    expect(network.sockets[0]).toMatchObject({ closed: true, closeCode: 4000 });
    expect(states).toContain("waiting");
  });

  it("closes as usual where it leaves on purpose", () => {
    goLive();
    connection.changeRole("viewer");
    expect(network.sockets[0]).toMatchObject({ closed: true, closeCode: undefined });
  });

  it("gives up a socket that never opens", () => {
    connection.start();
    network.pass(7);
    expect(network.sockets.length).toBeGreaterThan(1);
    expect(network.sockets[0]?.closed).toBe(true);
  });

  it("does not listen to a socket it has left", () => {
    goLive();
    const [old] = network.sockets;
    old?.events.closed();
    network.pass(1);
    const { length } = states;
    old?.events.received(JSON.stringify(hello));
    old?.events.closed();
    expect(states).toHaveLength(length);
    expect(heard.hellos).toHaveLength(1);
  });

  it("stays away when stopped", () => {
    goLive();
    connection.stop();
    network.pass(600);
    expect(network.sockets).toHaveLength(1);
    expect(connection.state).toBe("closed");
  });
});

describe("performing", () => {
  it("asks again as a performer", () => {
    goLive();
    connection.changeRole("performer");
    network.socket.events.opened();
    expect(network.sockets).toHaveLength(2);
    expect(network.sockets[0]?.closed).toBe(true);
    expect(network.socket.messages("hello")).toMatchObject([{ role: "performer" }]);
  });

  it.each([
    "performer_taken",
    "seat_freed",
    "source_not_browser",
    "wrong_key",
    "key_too_soon",
    "not_granted",
  ])("only watches after %s", (name) => {
    goLive();
    connection.changeRole("performer");
    network.socket.events.opened();
    receive({ type: "refused", name, detail: "expected one performer, got another" });
    network.socket.events.opened();
    receive(hello);
    expect(network.socket.messages("hello")).toMatchObject([{ role: "viewer" }]);
    expect(heard.messages).toMatchObject([{ type: "refused", name }]);
    expect(connection.state).toBe("live");
  });

  it.each(["wrong_key", "not_granted"])("gives up where not even watching is granted", (name) => {
    connection.start();
    connection.changeRole("viewer");
    network.socket.events.opened();
    receive({ type: "refused", name, detail: "expected a key, got none" });
    network.socket.events.closed();
    network.pass(600);
    expect(connection.state).toBe("refused");
  });

  it("watches later where a key came too soon", () => {
    connection.start();
    connection.changeRole("viewer");
    network.socket.events.opened();
    receive({ type: "refused", name: "key_too_soon", detail: "expected it in 8 s, got it now" });
    network.socket.events.closed();
    expect(connection.state).toBe("waiting");
  });

  it("asks again with another key, and in the role that a wrong one cost", () => {
    goLive();
    receive({ type: "refused", name: "wrong_key", detail: "expected the operator's key" });
    network.socket.events.opened();
    connection.rejoin({ role: "operator", key: "open" });
    network.socket.events.opened();
    expect(network.socket.messages("hello")).toMatchObject([
      { role: "operator", stage: "left", key: "open", session: hello.session },
    ]);
  });

  it("says when a picture was taken by the server's clock, once it knows it", () => {
    goLive();
    expect(connection.sendLandmarks(1.5, [])).toBe(false);
    receive({ type: "pong", client_time: network.now(), server_time: 100 });
    expect(connection.sendLandmarks(1.5, [])).toBe(true);
    const [bytes] = network.socket.sent.filter((data) => data instanceof ArrayBuffer);
    expect(new DataView(bytes as ArrayBuffer).getFloat64(8, true)).toBeCloseTo(101.5);
  });

  it("keeps landmarks to itself while the link is choked or down", () => {
    goLive();
    receive({ type: "pong", client_time: network.now(), server_time: 100 });
    expect(connection.sendLandmarks(1, [])).toBe(true);
    network.socket.waiting = 1e6;
    expect(connection.sendLandmarks(2, [])).toBe(false);
    network.socket.waiting = 0;
    network.socket.events.closed();
    expect(connection.sendLandmarks(3, [])).toBe(false);
    expect(network.socket.sent.filter((data) => data instanceof ArrayBuffer)).toHaveLength(1);
  });
});

it("sets what is named, at once or over a while", () => {
  connection.setControls({ energy: 2 });
  goLive();
  connection.setControls({ energy: 1.5, beat: null });
  connection.setControls({ mode: "solo" }, 2);
  expect(network.socket.messages("set")).toEqual([
    { type: "set", energy: 1.5, beat: null },
    { type: "set", mode: "solo", fade: 2 },
  ]);
});

it("learns the server's clock from its pongs", () => {
  goLive();
  expect(connection.clock.serverFromClient(0)).toBeNull();
  const [ping] = network.socket.messages("ping");
  network.pass(0.2);
  receive({ type: "pong", client_time: ping?.client_time, server_time: 100 });
  expect(connection.clock.roundTrip).toBeCloseTo(0.2);
  expect(connection.clock.serverFromClient(network.now())).toBeCloseTo(100.1);
});

it("survives text that is no message", () => {
  goLive();
  network.socket.events.received("]");
  receive({ type: "controls" });
  receive({ type: "applause" });
  expect(connection.state).toBe("live");
  expect(heard.messages).toEqual([]);
});
