import { emotionColours } from "../body/emotionColours";
import { emotionName } from "../language/emotionName";
import { texts } from "../language/texts";
import { findElement } from "../page/findElement";
import { makeElement } from "../page/makeElement";
import type { ControlChanges, Controls } from "../protocol/messages";
import { Fader } from "./fader";
import { RadioChoice } from "./radioChoice";
import type { ServerApi } from "./serverApi";

/** How a chat fares that votes as well. */
interface ChatReport {
  /** Kind and channel. */
  readonly name: string;
  readonly state: "connecting" | "listening" | "lost";
  /** Why no lines come; empty while they do. */
  readonly why: string;
  readonly lines: number;
  /** Lines that asked for an emotion. */
  readonly votes: number;
}

/** What the server tells operators of the vote. */
interface CrowdState {
  readonly emotions: readonly string[];
  readonly shares: readonly number[];
  readonly voters: number;
  /** How much of its share the crowd has at this turnout, 0 to 1. */
  readonly voice: number;
  /** How often ballots and votes were refused, by the reason. */
  readonly refused: Readonly<Record<string, number>>;
  /** The way to the vote for phones, with the code of now; empty where the server knows none. */
  readonly address: string;
  readonly chats: readonly ChatReport[];
}

/** The audience's vote: whether there is one, its share of the show, and what it wants. */
export class CrowdPanel {
  private readonly voting: RadioChoice;
  private readonly share: Fader;
  private readonly takeOver = findElement<HTMLButtonElement>("#take-over");
  private readonly address = findElement("#crowd-address");
  private readonly turnout = findElement("#turnout");
  private readonly tally = findElement("#tally");
  private readonly chats = findElement("#crowd-chats");
  private readonly refused = findElement("#crowd-refused");

  /** @param change Asks the server for changes. */
  constructor(
    private readonly api: ServerApi,
    change: (changes: ControlChanges) => void,
  ) {
    const fieldset = findElement<HTMLFieldSetElement>("[data-choice=voting]");
    this.voting = new RadioChoice(fieldset, (value) =>
      change({ voting: value as Controls["voting"] }),
    );
    this.voting.offerOptions(texts.crowd.votings);
    const label = findElement("[name=audience_share]").closest("label") as HTMLElement;
    this.share = new Fader(
      label,
      (value) => change({ audience_share: value }),
      (value) => (value === 0 ? texts.crowd.advice : `${Math.round(value * 100)} %`),
    );
    this.takeOver.onclick = () => change({ audience_share: 0 });
  }

  /** Shows what the server confirmed. */
  showConfirmed({ voting, audience_share }: Controls): void {
    this.voting.showConfirmed(voting);
    this.share.showConfirmed(audience_share);
    this.takeOver.disabled = audience_share === 0;
  }

  /** Sees what the crowd wants now. */
  async refresh(): Promise<void> {
    const state = await this.api.requestStage<CrowdState>("GET", "crowd").catch(() => null);
    if (state) this.showState(state);
  }

  private showState({
    emotions,
    shares,
    voters,
    voice,
    refused,
    address,
    chats,
  }: CrowdState): void {
    const { crowd } = texts;
    const [page = ""] = address.split("#");
    this.address.textContent = page === "" ? crowd.noAddress : crowd.address(page);
    this.address.classList.toggle("warning", page === "");
    this.turnout.textContent = crowd.turnout(voters, Math.round(100 * voice));
    this.tally.replaceChildren(
      ...emotions.map((label, index) => {
        const percent = `${Math.round(100 * (shares[index] ?? 0))} %`;
        const row = makeElement(
          "li",
          {},
          makeElement("span", {}, emotionName(label)),
          makeElement("span", {}, percent),
        );
        row.style.setProperty("--accent", emotionColours(label)[0]);
        row.style.setProperty("--share", String(shares[index] ?? 0));
        return row;
      }),
    );
    this.chats.replaceChildren(
      ...chats.map(({ name, state, why, lines, votes }) => {
        const said = state === "listening" ? crowd.heard(lines, votes) : crowd.chatStates[state];
        const sentence = why === "" ? `${name}: ${said}` : `${name}: ${said}: ${why}`;
        return makeElement("li", { className: state === "lost" ? "warning" : "" }, sentence);
      }),
    );
    const reasons: Readonly<Record<string, string>> = crowd.refusals;
    this.refused.replaceChildren(
      ...Object.entries(refused).map(([reason, count]) =>
        makeElement("li", {}, `${count} × ${reasons[reason] ?? reason}`),
      ),
    );
  }
}
