import { describe, expect, it } from "vitest";
import { DanceFlow } from "../../src/dance/danceFlow";
import type { Framing } from "../../src/performer/framing";

/** Shows a flow the same framing for a while, at 30 pictures a second; returns when it ends. */
function look(flow: DanceFlow, framing: Framing, from: number, seconds: number): number {
  for (let now = from; now < from + seconds; now += 1 / 30) flow.takeFraming(framing, now);
  return from + seconds;
}

describe("somebody before the camera", () => {
  it("is counted in once they have stood well for a second", () => {
    const flow = new DanceFlow();
    flow.enter("framing", 0);
    let now = look(flow, "feet", 0, 1);
    expect([flow.state, flow.framing]).toEqual(["framing", "feet"]);
    now = look(flow, "good", now, 0.9);
    expect(flow.state).toBe("framing");
    now = look(flow, "good", now, 0.2);
    expect(flow.state).toBe("countdown");
    expect([flow.countDown(now), flow.countDown(now + 1), flow.countDown(now + 2)]).toEqual([
      3, 2, 1,
    ]);
    expect(flow.countDown(now - 0.02)).toBe(3);
    expect(flow.countDown(now + 3)).toBe(0);
    expect(flow.state).toBe("dancing");
  });

  it("is not startled by one wrong picture, but waits when they leave", () => {
    const flow = new DanceFlow();
    flow.enter("framing", 0);
    let now = look(flow, "good", 0, 1.5);
    now = look(flow, "nobody", now, 0.1);
    now = look(flow, "good", now, 0.1);
    expect(flow.state).toBe("countdown");
    now = look(flow, "nobody", now, 1);
    expect([flow.state, flow.framing]).toEqual(["framing", "nobody"]);
    expect(flow.countDown(now + 5)).toBe(0);
    expect(flow.state).toBe("framing");
  });

  it("is invited to let the partner go after half a minute of dancing, each time anew", () => {
    const flow = new DanceFlow();
    flow.enter("dancing", 0);
    expect([flow.isAcquainted(29), flow.isAcquainted(30)]).toEqual([false, true]);
    flow.enter("welcome", 40);
    expect(flow.isAcquainted(90)).toBe(false);
    flow.enter("dancing", 100);
    expect([flow.isAcquainted(129), flow.isAcquainted(130)]).toEqual([false, true]);
  });

  it("is told which figure is theirs for their first seconds, each time anew", () => {
    const flow = new DanceFlow();
    expect(flow.isNew(0)).toBe(false);
    flow.enter("dancing", 10);
    expect([flow.isNew(15), flow.isNew(16)]).toEqual([true, false]);
    flow.enter("welcome", 20);
    flow.enter("dancing", 30);
    expect(flow.isNew(31)).toBe(true);
  });

  it("is told when they have long left the dance", () => {
    const flow = new DanceFlow();
    flow.enter("dancing", 0);
    const now = look(flow, "nobody", 0, 2);
    expect(flow.isUnseen(now)).toBe(false);
    expect(flow.isUnseen(look(flow, "nobody", now, 2))).toBe(true);
    expect(flow.isUnseen(look(flow, "near", now + 2, 1))).toBe(false);
  });
});
