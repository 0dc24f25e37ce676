import { afterEach, describe, expect, it, vi } from "vitest";
import { ServerApi } from "../../src/console/serverApi";

/** A server that answers every request with one status, and counts them. */
function answering(status: number) {
  const fetched = vi.fn(async () => new Response(JSON.stringify({ detail: "no" }), { status }));
  vi.stubGlobal("fetch", fetched);
  return fetched;
}

describe("the interface of the server", () => {
  afterEach(() => vi.unstubAllGlobals());

  it("does not ask again for what a key may not see", async () => {
    const fetched = answering(403);
    const api = new ServerApi("side", "token");
    for (let time = 0; time < 3; time++)
      await expect(api.requestServer("GET", "door")).rejects.toThrow();
    expect(fetched).toHaveBeenCalledTimes(1);
    api.key = "another";
    await expect(api.requestServer("GET", "door")).rejects.toThrow();
    expect(fetched).toHaveBeenCalledTimes(2);
  });

  it("asks again after any other answer, and for a change", async () => {
    const fetched = answering(503);
    const api = new ServerApi("side", "token");
    for (let time = 0; time < 2; time++)
      await expect(api.requestServer("GET", "door")).rejects.toThrow();
    expect(fetched).toHaveBeenCalledTimes(2);
    const refused = answering(403);
    for (let time = 0; time < 2; time++)
      await expect(api.requestServer("DELETE", "takes/a")).rejects.toThrow();
    expect(refused).toHaveBeenCalledTimes(2);
  });
});
