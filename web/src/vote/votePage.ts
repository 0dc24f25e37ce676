import { emotionColours } from "../body/emotionColours";
import { emotionName } from "../language/emotionName";
import { texts } from "../language/texts";
import { type BallotHolder, VoteRefusal, type VoteState } from "./ballotHolder";

/** Seconds until the server is asked again that did not answer. */
const RETRY = 4;
/** After a choice, milliseconds until its voter is told that it fades: half of it is gone. */
const FADES = 20_000;

/** The page of a vote: a tile for each emotion, filled by its share. */
export class VotePage {
  private readonly tiles = document.querySelector("#emotions") as HTMLElement;
  private readonly voters = document.querySelector("#voters") as HTMLElement;
  private readonly word = document.querySelector("#word") as HTMLElement;
  private state: VoteState | null = null;
  private chosen = "";
  private fading = 0;
  private next = 0;

  constructor(private readonly holder: BallotHolder) {}

  start(): void {
    document.addEventListener("visibilitychange", () => {
      if (!document.hidden) void this.look();
    });
    void this.look();
  }

  /** Sees what the crowd wants, gets a ballot when there may be one, and comes back later. */
  private async look(): Promise<void> {
    clearTimeout(this.next);
    let seconds = RETRY;
    try {
      const state = await this.holder.fetchState();
      seconds = state.look_again;
      this.showState(state);
      if (state.voting !== "closed" && !this.holder.mayVote) await this.holder.fetchBallot();
      this.sayHow(state);
    } catch (refusal) {
      seconds = Math.max(seconds, this.tell(refusal));
    }
    this.showReadiness();
    if (!document.hidden) this.next = window.setTimeout(() => void this.look(), 1000 * seconds);
  }

  private async choose(emotion: string): Promise<void> {
    this.chosen = emotion;
    this.showChosen();
    try {
      this.showState(await this.holder.castVote(emotion));
      this.say(texts.vote.yours);
      clearTimeout(this.fading);
      this.fading = window.setTimeout(() => this.say(texts.vote.fading), FADES);
    } catch (refusal) {
      this.chosen = "";
      this.showChosen();
      this.tell(refusal);
      this.showReadiness();
    }
  }

  private showState(state: VoteState): void {
    const before = this.state?.emotions.join();
    this.state = state;
    if (state.emotions.join() !== before) this.offerEmotions(state.emotions);
    if (state.voting === "closed") this.chosen = "";
    this.voters.textContent = texts.vote.voters(state.voters);
    for (const [index, tile] of [...this.tiles.children].entries()) {
      const share = state.shares[index] ?? 0;
      (tile as HTMLElement).style.setProperty("--share", String(share));
      const output = tile.querySelector("output") as HTMLOutputElement;
      output.value = state.voters > 0 ? `${Math.round(100 * share)} %` : "";
    }
    this.showChosen();
  }

  private offerEmotions(labels: readonly string[]): void {
    this.tiles.replaceChildren(
      ...labels.map((label) => {
        const tile = document.createElement("button");
        tile.type = "button";
        tile.dataset.emotion = label;
        tile.style.setProperty("--accent", emotionColours(label)[0]);
        const name = document.createElement("span");
        name.textContent = emotionName(label);
        tile.append(name, document.createElement("output"));
        tile.onclick = () => void this.choose(label);
        return tile;
      }),
    );
  }

  private showChosen(): void {
    for (const tile of this.tiles.querySelectorAll("button")) {
      tile.ariaPressed = String(tile.dataset.emotion === this.chosen);
    }
  }

  private showReadiness(): void {
    const ready = this.holder.mayVote && this.state?.voting !== "closed";
    for (const tile of this.tiles.querySelectorAll("button")) tile.disabled = !ready;
  }

  private sayHow({ voting }: VoteState): void {
    if (voting === "closed") this.say(texts.vote.closed);
    else if (this.chosen === "") this.say(texts.vote.choose);
  }

  /** @returns Seconds to wait before another attempt. */
  private tell(refusal: unknown): number {
    if (!(refusal instanceof VoteRefusal)) throw refusal;
    const sentences: Readonly<Record<string, string>> = texts.vote.refusal;
    this.say(sentences[refusal.reason] ?? texts.vote.refusal.silent);
    return refusal.wait;
  }

  private say(sentence: string): void {
    if (this.word.textContent !== sentence) this.word.textContent = sentence;
  }
}
