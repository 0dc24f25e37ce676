import { expect, it } from "vitest";
import { ClockSync } from "../../src/connection/clockSync";

it("trusts the quickest answer, whose delay hides the least", () => {
  const clock = new ClockSync();
  // The server's clock is 50 s ahead; the way back of the slow answers took all of the delay.
  clock.receivePong(1, 51.01, 1.3);
  clock.receivePong(2, 52.01, 2.02);
  clock.receivePong(3, 53.01, 3.4);
  expect(clock.roundTrip).toBeCloseTo(0.02);
  expect(clock.serverFromClient(10)).toBeCloseTo(60);
});

it("forgets old answers, since clocks run apart", () => {
  const clock = new ClockSync();
  clock.receivePong(0, 100, 0);
  for (let i = 1; i <= 8; i++) clock.receivePong(i, i + 101, i + 0.1);
  expect(clock.serverFromClient(10)).toBeCloseTo(110.95);
});
