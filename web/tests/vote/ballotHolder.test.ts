import { expect, it } from "vitest";
import { BallotHolder, VoteRefusal } from "../../src/vote/ballotHolder";

const API = "../api/stages/default";
const STATE = { voting: "open", emotions: ["happy"], shares: [1], voters: 1, look_again: 2 };

/** A phone's storage, in memory. */
class Drawer {
  readonly kept = new Map<string, string>();

  getItem(name: string): string | null {
    return this.kept.get(name) ?? null;
  }

  setItem(name: string, value: string): void {
    this.kept.set(name, value);
  }
}

interface Asked {
  readonly path: string;
  readonly ballot: string | null;
  readonly body: Record<string, unknown>;
}

/** A server that gives its answers in turn, and notes what it was asked. */
function server(...answers: (Response | Error)[]) {
  const asked: Asked[] = [];
  const request = async (url: unknown, { headers, body }: RequestInit = {}) => {
    const ballot = new Headers(headers).get("Authorization");
    asked.push({
      path: String(url).replace(API, ""),
      ballot,
      body: JSON.parse(String(body ?? "{}")),
    });
    const answer = answers.shift() ?? new Error("expected no further request");
    if (answer instanceof Error) throw answer;
    return answer;
  };
  return { asked, request: request as typeof fetch };
}

function refusal(status: number, name: string, wait = ""): Response {
  return new Response("{}", { status, headers: { "X-Refusal": name, "Retry-After": wait } });
}

it("gets a ballot for its code, keeps it, and numbers its votes over visits", async () => {
  const drawer = new Drawer();
  const { asked, request } = server(
    Response.json({ ballot: "signed" }),
    Response.json(STATE),
    Response.json(STATE),
  );
  const first = new BallotHolder(API, "sesame", drawer, request);
  expect(first.mayVote).toBe(false);
  await first.fetchBallot();
  expect(await first.castVote("happy")).toEqual(STATE);
  const later = new BallotHolder(API, "", drawer, request);
  expect(later.mayVote).toBe(true);
  await later.fetchBallot();
  await later.castVote("happy");
  expect(asked).toEqual([
    { path: "/ballots", ballot: null, body: { code: "sesame" } },
    { path: "/votes", ballot: "Bearer signed", body: { emotion: "happy", number: 1 } },
    { path: "/votes", ballot: "Bearer signed", body: { emotion: "happy", number: 2 } },
  ]);
});

it("counts on from what another tab of the phone has voted", async () => {
  const drawer = new Drawer();
  drawer.setItem(API, JSON.stringify({ ballot: "signed", number: 3 }));
  const { asked, request } = server(Response.json(STATE));
  const tab = new BallotHolder(API, "", drawer, request);
  drawer.setItem(API, JSON.stringify({ ballot: "signed", number: 8 }));
  await tab.castVote("happy");
  expect(asked[0]?.body.number).toBe(9);
});

it("asks for no ballot without a code", async () => {
  const { asked, request } = server();
  const holder = new BallotHolder(API, "", new Drawer(), request);
  await expect(holder.fetchBallot()).rejects.toEqual(new VoteRefusal("wrong_code"));
  expect(asked).toEqual([]);
});

it("tells why it was refused, and when to try again", async () => {
  const { request } = server(refusal(429, "too_many_ballots", "3"), new TypeError("offline"));
  const holder = new BallotHolder(API, "sesame", new Drawer(), request);
  await expect(holder.fetchBallot()).rejects.toMatchObject({ reason: "too_many_ballots", wait: 3 });
  await expect(holder.fetchState()).rejects.toMatchObject({ reason: "silent", wait: 0 });
});

it.each(["forged_ballot", "late_ballot", "foreign_ballot"])(
  "gives a ballot up that is refused as %s",
  async (name) => {
    const drawer = new Drawer();
    drawer.setItem(API, JSON.stringify({ ballot: "signed", number: 3 }));
    const { request } = server(refusal(401, name), Response.json({ ballot: "new" }));
    const holder = new BallotHolder(API, "sesame", drawer, request);
    await expect(holder.castVote("happy")).rejects.toMatchObject({ reason: name });
    expect(holder.mayVote).toBe(false);
    await holder.fetchBallot();
    expect(holder.mayVote).toBe(true);
  },
);

it("keeps its ballot while the vote is closed", async () => {
  const drawer = new Drawer();
  drawer.setItem(API, JSON.stringify({ ballot: "signed", number: 3 }));
  const { request } = server(refusal(409, "voting_closed"));
  const holder = new BallotHolder(API, "", drawer, request);
  await expect(holder.castVote("happy")).rejects.toMatchObject({ reason: "voting_closed" });
  expect(holder.mayVote).toBe(true);
});

it.each(["", "{", "null", '{"ballot":1,"number":2}', '{"ballot":"x","number":0.5}'])(
  "has no ballot when what it kept is %j",
  (text) => {
    const drawer = new Drawer();
    drawer.setItem(API, text);
    expect(new BallotHolder(API, "", drawer, server().request).mayVote).toBe(false);
  },
);
