import { afterEach, describe, expect, it, vi } from "vitest";
import { ServerApi } from "../../src/console/serverApi";

/** A server that answers every request with one status, and counts them. */
function answering(status: number, problem: object = { detail: "no" }) {
  const fetched = vi.fn(async () => new Response(JSON.stringify(problem), { status }));
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

  it("says why in the language of the page where it has the words", async () => {
    vi.stubGlobal("location", { search: "?lang=de" });
    const detail = "expected a cue of the list, got 12";
    answering(404, { detail, key: "cue", values: { got: "12" } });
    vi.resetModules();
    const german = await import("../../src/console/serverApi");
    const api = new german.ServerApi("side", "");
    await expect(api.requestServer("POST", "a")).rejects.toThrow(/bekommen: 12$/);
    answering(404, { detail, key: "of a newer server", values: {} });
    await expect(api.requestServer("POST", "b")).rejects.toThrow(/got 12$/);
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
