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
    expect(parseServerMessage('{"type":"hello","version":2}')).toMatchObject({ version: 2 });
  });

  it.each([
    ["", /expected JSON/],
    ["[1]", /expected an object, got array/],
    ["null", /expected an object, got null/],
    ["{}", /expected a type, got undefined/],
    ['{"type":"controls","emotion":{}}', /expected number at controls.energy, got undefined/],
    ['{"type":"controls","emotion":null,"energy":1}', /expected object at controls.emotion/],
  ])("refuses %s", (text, reason) => {
    expect(() => parseServerMessage(text)).toThrow(ProtocolError);
    expect(() => parseServerMessage(text)).toThrow(reason);
  });

  it.each<[string, Partial<Hello>]>([
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
    { type: "hello", version: 1, role: "viewer" },
    { type: "hello", version: 1, role: "performer" },
    { type: "emotion", weights: { happy: 0.7, sad: 0.3 } },
    { type: "energy", value: 1.25 },
    { type: "take_up" },
    { type: "ping", client_time: 1.5 },
    { type: "played", sequence: 1234 },
  ];
  expect(messages).toEqual(golden.client);
});
