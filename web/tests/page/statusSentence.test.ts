import { expect, it } from "vitest";
import { statusSentence } from "../../src/page/statusSentence";
import type { Status } from "../../src/protocol/messages";

const status: Status = {
  source: "camera:0",
  source_state: "delivering",
  performer: "present",
  people: 1,
  viewers: 1,
  late: 0,
};

it("says how the connection stands and what the partner sees", () => {
  expect(statusSentence("waiting", status)).toBe("Connection lost. Reconnecting…");
  expect(statusSentence("live", status)).toBe("Live · dancing with a performer");
  expect(statusSentence("live", { ...status, performer: "absent" })).toBe("Live · dancing alone");
  expect(
    statusSentence("live", {
      ...status,
      source: "browser",
      source_state: "starting",
      performer: "absent",
    }),
  ).toMatch(/nobody dances yet. Open .dance/);
  expect(statusSentence("live", { ...status, source_state: "lost" })).toBe(
    "Live · Camera 0: no signal",
  );
  expect(statusSentence("live", { ...status, source: "demo" })).toMatch(/demo performer/);
});
