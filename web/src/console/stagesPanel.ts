import { saySentence } from "../language/saySentence";
import { sourceName } from "../language/sourceName";
import { texts } from "../language/texts";
import { findElement } from "../page/findElement";
import { makeElement } from "../page/makeElement";
import { confirmTwice } from "./confirmTwice";
import { pageAddress } from "./pageAddress";
import type { ServerApi, StageState } from "./serverApi";

/** What the server takes as the name of a stage. */
const STAGE_NAME = /^[\p{Letter}\p{Number}_-]{1,64}$/u;

/** All stages of the server: how they are doing, new ones, and the way to their consoles. */
export class StagesPanel {
  private readonly list = findElement("#stages ul");
  private readonly form = findElement<HTMLFormElement>("#stages form");

  /**
   * @param api Interface of the server.
   * @param here Name of the stage of this console.
   * @param tell Says a sentence to the operator.
   */
  constructor(
    private readonly api: ServerApi,
    private readonly here: string,
    private readonly tell: (sentence: string) => void,
  ) {
    this.form.onsubmit = (event) => {
      event.preventDefault();
      void this.openStage();
    };
  }

  /** Fetches the list. */
  refresh(): Promise<void> {
    return this.attempt(async () => {
      const stages = await this.api.requestServer<StageState[]>("GET", "stages");
      const rows = stages.map((stage) => this.stageRow(stage));
      // A button that waits for its second touch stays, as long as nothing is new.
      if (rows.map(rowText).join() !== [...this.list.children].map(rowText).join()) {
        this.list.replaceChildren(...rows);
      }
    });
  }

  private stageRow({ name, ready, status, source_detail: detail }: StageState): HTMLElement {
    const { source, source_state: state, viewers } = status;
    const called = name === "default" ? texts.stages.main : name;
    const facts = [
      `${sourceName(source)}: ${detail ? saySentence(detail) : texts.health.states[state]}`,
      texts.stages.viewers(viewers),
    ];
    const words = makeElement(
      "span",
      {},
      makeElement("strong", {}, called),
      makeElement("small", {}, facts.join(" · ")),
    );
    const watch = link(pageAddress("./", name), texts.stages.watch, "_blank");
    const rows = [words, watch];
    if (name !== this.here)
      rows.push(link(pageAddress("./console", name), texts.stages.operate, ""));
    if (name !== "default" && name !== this.here) rows.push(this.endButton(name));
    const item = makeElement("li", { className: ready ? "ready" : "" }, ...rows);
    if (name === this.here) item.ariaCurrent = "page";
    return item;
  }

  private endButton(name: string): HTMLElement {
    const { end, endOf } = texts.stages;
    const button = makeElement("button", { type: "button", ariaLabel: endOf(name) }, end);
    return confirmTwice(button, () =>
      this.change(() => this.api.requestServer("DELETE", `stages/${name}`)),
    );
  }

  private async openStage(): Promise<void> {
    const { name, source } = Object.fromEntries(new FormData(this.form));
    if (!STAGE_NAME.test(String(name))) return this.tell(texts.stages.wrongName(String(name)));
    await this.change(async () => {
      await this.api.requestServer("POST", "stages", { name, source });
      this.form.reset();
    });
  }

  private async change(action: () => Promise<unknown>): Promise<void> {
    await this.attempt(action);
    await this.refresh();
  }

  private async attempt(action: () => Promise<unknown>): Promise<void> {
    try {
      await action();
    } catch (error) {
      this.tell((error as Error).message);
    }
  }
}

function rowText(row: Element): string {
  return `${row.className} ${row.querySelector("span")?.textContent}`;
}

function link(href: string, text: string, target: string): HTMLElement {
  return makeElement("a", { className: "button", href, target, textContent: text });
}
