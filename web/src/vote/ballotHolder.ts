/** What the crowd wants, as the server tells it. */
export interface VoteState {
  readonly voting: "closed" | "open" | "invited";
  readonly emotions: readonly string[];
  /** Share of each emotion, in that order. */
  readonly shares: readonly number[];
  /** How many choices count. */
  readonly voters: number;
  /** Seconds after which to ask for it again. */
  readonly look_again: number;
}

/** Why the server did not take a ballot or a vote; `silent` where it does not answer at all. */
export class VoteRefusal extends Error {
  /** @param wait Seconds after which another attempt makes sense; 0 if none does. */
  constructor(
    readonly reason: string,
    readonly wait = 0,
  ) {
    super(reason);
  }
}

/** What a phone keeps of its visit. */
interface Kept {
  readonly ballot: string;
  /** Number of its newest vote. */
  readonly number: number;
}

/** Refusals after which a ballot is worth nothing any more. */
const WORTHLESS = ["forged_ballot", "late_ballot", "foreign_ballot"];

/** One visit to a vote: it holds a ballot, gets one for a code if need be, and votes. */
export class BallotHolder {
  private kept: Kept | null;

  /**
   * @param api Address of the stage's interface.
   * @param code Read off the stage; empty without one.
   * @param storage Outlives the page.
   * @param request Asks the server, as `fetch` does.
   */
  constructor(
    private readonly api: string,
    private readonly code: string,
    private readonly storage: Pick<Storage, "getItem" | "setItem"> = localStorage,
    private readonly request: typeof fetch = (...asked) => fetch(...asked),
  ) {
    this.kept = parseKept(storage.getItem(api));
  }

  /** Whether it can vote now. */
  get mayVote(): boolean {
    return this.kept !== null;
  }

  /** @throws VoteRefusal */
  async fetchState(): Promise<VoteState> {
    return (await this.ask("votes", {})).json();
  }

  /**
   * Gets a ballot, unless there is one.
   *
   * @throws VoteRefusal
   */
  async fetchBallot(): Promise<void> {
    if (this.kept) return;
    if (this.code === "") throw new VoteRefusal("wrong_code");
    const { ballot } = await (await this.ask("ballots", post({ code: this.code }))).json();
    this.keep({ ballot, number: 0 });
  }

  /**
   * Chooses an emotion, or chooses it anew.
   *
   * @returns What the crowd wants now.
   * @throws VoteRefusal
   */
  async castVote(emotion: string): Promise<VoteState> {
    if (!this.kept) throw new VoteRefusal("wrong_code");
    // Another tab of this phone may have voted with the same ballot.
    const last = Math.max(this.kept.number, parseKept(this.storage.getItem(this.api))?.number ?? 0);
    const { ballot, number } = { ballot: this.kept.ballot, number: last + 1 };
    this.keep({ ballot, number });
    try {
      const headers = { Authorization: `Bearer ${ballot}` };
      return await (await this.ask("votes", post({ emotion, number }, headers))).json();
    } catch (refusal) {
      if (refusal instanceof VoteRefusal && WORTHLESS.includes(refusal.reason)) this.kept = null;
      throw refusal;
    }
  }

  private keep(kept: Kept): void {
    this.kept = kept;
    this.storage.setItem(this.api, JSON.stringify(kept));
  }

  private async ask(path: string, asked: RequestInit): Promise<Response> {
    const answer = await this.request(`${this.api}/${path}`, asked).catch(() => {
      throw new VoteRefusal("silent");
    });
    if (answer.ok) return answer;
    const wait = Number(answer.headers.get("Retry-After") ?? 0);
    throw new VoteRefusal(answer.headers.get("X-Refusal") ?? `status ${answer.status}`, wait);
  }
}

function post(body: object, headers: Record<string, string> = {}): RequestInit {
  return {
    method: "POST",
    headers: { ...headers, "Content-Type": "application/json" },
    body: JSON.stringify(body),
  };
}

function parseKept(text: string | null): Kept | null {
  try {
    const { ballot, number } = JSON.parse(text ?? "{}");
    return typeof ballot === "string" && Number.isSafeInteger(number) ? { ballot, number } : null;
  } catch {
    return null;
  }
}
