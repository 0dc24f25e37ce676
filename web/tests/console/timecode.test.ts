import { describe, expect, it } from "vitest";
import { formatTimecode, parseTimecode } from "../../src/console/cues/parseTimecode";
import { parseShowControl } from "../../src/console/midi/parseShowControl";
import { MtcReader } from "../../src/console/timecode/mtcReader";
import type { Timecode } from "../../src/console/timecode/timecode";

const RATES = [24, 25, 30, 30] as const;

/** The quarter frames that a machine sends, with the times at which it does. */
function* quarterFrames(rate: number, first: number, count: number, speed: 1 | -1, start: number) {
  const fps = RATES[rate] ?? 30;
  for (let quarter = 0; quarter < count; quarter++) {
    const piece = speed === 1 ? quarter % 8 : 7 - (quarter % 8);
    const told = first + speed * 2 * Math.floor(quarter / 8);
    const digits = [
      told % fps,
      Math.floor(told / fps) % 60,
      Math.floor(told / fps / 60) % 60,
      Math.floor(told / fps / 3600),
    ];
    const value = digits[Math.floor(piece / 2)] ?? 0;
    const nibble = piece % 2 ? value >> 4 : value & 15;
    const bits = piece === 7 ? nibble | (rate << 1) : nibble;
    yield { data: [0xf1, (piece << 4) | bits], now: start + quarter / 4 / fps };
  }
}

function heard(reader: MtcReader, sent: Iterable<{ data: number[]; now: number }>) {
  return [...sent]
    .map(({ data, now }) => reader.receive(data, now))
    .filter((news) => news !== null);
}

describe("MIDI timecode", () => {
  it.each([0, 1, 2, 3])("runs forward by quarter frames at rate %i, within a frame", (rate) => {
    const fps = RATES[rate] ?? 30;
    const first = 3600 * fps;
    const news = heard(new MtcReader(), quarterFrames(rate, first, 8 * 60, 1, 100));
    for (const { position, speed, at } of news) {
      expect(speed).toBe(1);
      expect(Math.abs(position - (3600 + at - 100))).toBeLessThan(1 / fps);
    }
    expect(news.length).toBeGreaterThan(1);
    expect(news.length).toBeLessThan(8); // about once a second, not once for every time
  });

  it("runs in reverse", () => {
    const news = heard(new MtcReader(), quarterFrames(1, 25 * 600, 8 * 30, -1, 100));
    for (const { position, speed, at } of news) {
      expect(speed).toBe(-1);
      expect(Math.abs(position - (600 - (at - 100)))).toBeLessThan(3 / 25);
    }
    expect(news.length).toBeGreaterThan(0);
  });

  it("tells a jump at once, and that it turned", () => {
    const reader = new MtcReader();
    heard(reader, quarterFrames(1, 250, 32, 1, 100));
    const jump = heard(reader, quarterFrames(1, 2500, 16, 1, 100.32));
    expect(jump[0]?.position).toBeCloseTo(100, 0);
    const back = heard(reader, quarterFrames(1, 2500, 24, -1, 100.48));
    expect(back[0]?.speed).toBe(-1);
  });

  it("stands when no more comes, and is told so once", () => {
    const reader = new MtcReader();
    heard(reader, quarterFrames(1, 250, 32, 1, 100));
    expect(reader.standsAt(100.4)).toBeNull();
    expect(reader.standsAt(100.7)?.speed).toBe(0);
    expect(reader.standsAt(100.8)).toBeNull();
  });

  it("takes a full frame as a locate", () => {
    const full = [0xf0, 0x7f, 0x7f, 1, 1, (1 << 5) | 1, 2, 3, 5, 0xf7];
    const told = new MtcReader().receive(full, 9) as Timecode;
    expect(told).toEqual({ position: 3723.2, speed: 0, at: 9 });
    full[6] = 60;
    expect(new MtcReader().receive(full, 9)).toBeNull();
  });

  it("makes no time of pieces from before and after a gap", () => {
    const reader = new MtcReader();
    const sent = [...quarterFrames(1, 250, 12, 1, 100)];
    const torn = [...sent.slice(0, 4), ...sent.slice(4, 8).map((m) => ({ ...m, now: m.now + 5 }))];
    expect(heard(reader, torn)).toEqual([]);
  });

  it("takes any bytes, cut short or made up", () => {
    const reader = new MtcReader();
    let state = 1;
    const random = (below: number) => {
      state = (Math.imul(state, 1103515245) + 12345) & 0x7fffffff;
      return Math.floor((state / 2 ** 31) * below);
    };
    for (let step = 0; step < 5000; step++) {
      const begin =
        [[0xf1], [0xf0, 0x7f, 0x7f, 1, 1], [0xf0, 0x7f, 0x7f, 2, 1, 1], []][random(4)] ?? [];
      const bytes = [...begin, ...Array.from({ length: random(7) }, () => random(256)), 0xf7];
      const data = bytes.slice(0, random(bytes.length + 1));
      const told = reader.receive(data, step / 100);
      if (told) expect(told.position >= 0 && told.position < 86400).toBe(true);
      expect(() => parseShowControl(data)).not.toThrow();
    }
  });
});

describe("MIDI show control", () => {
  const go = (...body: number[]) => [0xf0, 0x7f, 0x7f, 2, 0x7f, 1, ...body, 0xf7];
  const ascii = (text: string) => [...text].map((letter) => letter.charCodeAt(0));

  it("names the cue that is to go, with or without a list", () => {
    expect(parseShowControl(go(...ascii("10.5"), 0, ...ascii("2")))).toEqual({ cue: "10.5" });
    expect(parseShowControl(go(...ascii("7")))).toEqual({ cue: "7" });
  });

  it("means the next cue where it names none", () => {
    expect(parseShowControl(go())).toEqual({ cue: null });
  });

  it("is nothing but a GO", () => {
    expect(parseShowControl([0xf0, 0x7f, 0x7f, 2, 1, 2, 0xf7])).toBeNull();
    expect(parseShowControl(go(...ascii("7")).slice(0, -1))).toBeNull();
    expect(parseShowControl(go(...ascii("x")))).toBeNull();
    expect(parseShowControl([0x90, 60, 1])).toBeNull();
  });
});

describe("the time of a cue", () => {
  it.each([
    ["7.25", 7.25],
    ["2:03", 123],
    ["1:02:03.5", 3723.5],
    ["1:02:03,5", 3723.5],
    ["  ", null],
    ["24:00:00", undefined],
    ["1:2:3:4", undefined],
    ["soon", undefined],
    ["-1", undefined],
  ])("reads %s", (text, seconds) => {
    expect(parseTimecode(text)).toBe(seconds);
  });

  it("is written as it is read", () => {
    for (const seconds of [0, 0.04, 59.999, 3723.5, 86399.25])
      expect(parseTimecode(formatTimecode(seconds))).toBeCloseTo(seconds, 6);
    expect(formatTimecode(3723.5)).toBe("1:02:03.5");
  });
});
