import { describe, expect, it } from "vitest";
import { MidiMap } from "../../src/console/midi/midiMap";
import { parseMidi } from "../../src/console/midi/parseMidi";

const knob = (value: number) => parseMidi([0xb0, 21, value]) as never;
const pad = (velocity: number) => parseMidi([0x99, 36, velocity]) as never;

describe("MIDI messages", () => {
  it.each([
    [[0xb0, 21, 127], { input: "control 21, channel 1", value: 1 }],
    [[0x99, 36, 0], { input: "note 36, channel 10", value: 0 }],
    [[0x89, 36, 64], { input: "note 36, channel 10", value: 0 }],
    [[0xc2, 5], { input: "program 5, channel 3", value: 1 }],
    [[0xe0, 127, 127], { input: "pitch wheel, channel 1", value: 1 }],
  ])("%j", (data, touch) => {
    expect(parseMidi(data)).toEqual(touch);
  });

  it.each([[[0xf8]], [[0xfe]], [[0xd0, 3]], [[]]])(
    "that no hand sends are passed over: %j",
    (data) => {
      expect(parseMidi(data)).toBeNull();
    },
  );
});

describe("the mapping", () => {
  it("learns a knob for a control, and keeps it", () => {
    const map = new MidiMap();
    map.learning = "energy";
    expect(map.takeTouch(knob(40))).toBeNull();
    expect(map.learning).toBeNull();
    expect(new MidiMap(map.entries).takeTouch(knob(127))).toMatchObject({
      control: "energy",
      value: 1,
    });
  });

  it("gives an input one control, and forgets it when asked to", () => {
    const map = new MidiMap([["control 21, channel 1", "energy"]]);
    map.learning = "intensity";
    map.takeTouch(knob(9));
    expect(map.entries).toEqual([["control 21, channel 1", "intensity"]]);
    map.forgetInput("control 21, channel 1");
    expect(map.takeTouch(knob(9))).toBeNull();
  });

  it("does not learn from a pad that is let go", () => {
    const map = new MidiMap();
    map.learning = "go";
    map.takeTouch(pad(0));
    expect(map.learning).toBe("go");
  });

  it("presses once for each touch of a pad, and once for each way up of a knob", () => {
    const map = new MidiMap([
      ["note 36, channel 10", "go"],
      ["control 21, channel 1", "freeze"],
    ]);
    const presses = (touches: never[]) => touches.map((touch) => map.takeTouch(touch)?.pressed);
    expect(presses([pad(3), pad(0), pad(90)])).toEqual([true, false, true]);
    expect(presses([knob(20), knob(80), knob(127), knob(0), knob(64)])).toEqual([
      false,
      true,
      false,
      false,
      true,
    ]);
  });
});
