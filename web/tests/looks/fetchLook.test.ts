import { afterEach, expect, test, vi } from "vitest";
import { dancer } from "../../src/looks/dancer";
import { fetchLook } from "../../src/looks/fetchLook";
import { lookCatalogue } from "../../src/looks/lookCatalogue";

afterEach(() => {
  vi.restoreAllMocks();
  vi.useRealTimers();
});

test("an unknown look is the usual one", async () => {
  expect(await fetchLook("cartwheel")).toBe(dancer);
});

test("a look is fetched again until the server is back", async () => {
  vi.useFakeTimers();
  const load = vi.spyOn(lookCatalogue.dancer as { load(): Promise<typeof dancer> }, "load");
  load.mockRejectedValueOnce(new TypeError("Failed to fetch"));
  load.mockRejectedValueOnce(new TypeError("Failed to fetch"));
  const look = fetchLook("dancer");
  await vi.advanceTimersByTimeAsync(2000);
  expect(await look).toBe(dancer);
  expect(load).toHaveBeenCalledTimes(3);
});
