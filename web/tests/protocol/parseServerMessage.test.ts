import { describe, expect, it } from "vitest";
import type { ClientMessage, Hello, ServerMessage } from "../../src/protocol/messages";
import { parseServerMessage } from "../../src/protocol/parseServerMessage";
import { ProtocolError } from "../../src/protocol/protocolError";
import { goldenJson } from "../golden";

const golden = goldenJson<{ client: ClientMessage[]; server: ServerMessage[] }>("messages");
const hello = golden.server.find((message) => message.type === "hello") as Hello;

describe("the server's messages", () => {
  it.each(golden.server.map((message) => [message.type, message] as const))("%s", (_, message) => {
    expect(parseServerMessage(JSON.stringify(message))).toEqual(message);
  });

  it("passes over a type it does not know", () => {
    expect(parseServerMessage('{"type":"applause","seconds":3}')).toBeNull();
    expect(parseServerMessage('{"type":"toString"}')).toBeNull();
  });

  it("reads no more than the version of another version's hello", () => {
    expect(parseServerMessage('{"type":"hello","version":3}')).toMatchObject({ version: 3 });
  });

  it.each([
    ["", /expected JSON/],
    ["[1]", /expected an object, got array/],
    ["null", /expected an object, got null/],
    ["{}", /expected a type, got undefined/],
    ['{"type":"controls","emotion":{}}', /expected object at controls.content, got undefined/],
    ['{"type":"controls","emotion":null,"content":{}}', /expected object at controls.emotion/],
  ])("refuses %s", (text, reason) => {
    expect(() => parseServerMessage(text)).toThrow(ProtocolError);
    expect(() => parseServerMessage(text)).toThrow(reason);
  });

  it("refuses a beat without a time", () => {
    const controls = { ...hello.controls, type: "controls", beat: { bpm: 90 } };
    expect(() => parseServerMessage(JSON.stringify(controls))).toThrow(
      "expected beat at controls.beat, got object",
    );
  });

  it.each<[string, Partial<Hello>]>([
    ["controls that lack one", { controls: { emotion: {} } as never }],
    ["a status that lacks something", { status: {} as never }],
    ["a child before its parent", { skeleton: { ...hello.skeleton, parents: [-1, 2, 1] } }],
    ["a missing offset", { skeleton: { ...hello.skeleton, rest_offsets: [] } }],
    ["joints that are no list", { skeleton: { ...hello.skeleton, joints: {} as never } }],
    ["no frames a second", { fps: 0 }],
  ])("refuses a hello with %s", (_, change) => {
    expect(() => parseServerMessage(JSON.stringify({ ...hello, ...change }))).toThrow(
      ProtocolError,
    );
  });
});

it("spells the client's messages as the server reads them", () => {
  const messages: ClientMessage[] = [
    { type: "hello", version: 2, role: "viewer", stage: "default" },
    { type: "hello", version: 2, role: "performer", stage: "left", session: "x" },
    { type: "hello", version: 2, role: "operator", stage: "left", key: "sesame" },
    { type: "set", emotion: { happy: 0.7, sad: 0.3 }, fade: 2.5 },
    { type: "set", energy: 1.25, temperature: 0.8, influence: 1 },
    { type: "set", text: "a person turns and bows" },
    { type: "set", content: { walk: 0.5 }, fade: 1 },
    { type: "set", mode: "mirror", model: "small", seed: 7, dancers: "each" },
    { type: "set", panic: "freeze", look: "ink", placement: "facing" },
    { type: "set", stage_radius: 3, beat: { bpm: 96, at: 12.5 } },
    { type: "set", beat: null, recording: true },
    { type: "set", voting: "invited", audience_share: 0.5 },
    { type: "set", tempo: "midi", beat: { bpm: 120, at: 8, by: "midi" } },
    { type: "take_up" },
    { type: "ping", client_time: 1.5 },
    { type: "played", sequence: 1234 },
  ];
  expect(messages).toEqual(golden.client);
});
