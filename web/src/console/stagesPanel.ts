import { sourceName } from "../language/sourceName";
import { texts } from "../language/texts";
import { find } from "../page/find";
import { make } from "../page/make";
import { addressOf } from "./addressOf";
import type { Api, StageState } from "./api";
import { sure } from "./sure";

/** All stages of the server: how they are doing, new ones, and the way to their consoles. */
export class StagesPanel {
  private readonly list = find("#stages ul");
  private readonly form = find<HTMLFormElement>("#stages form");

  /**
   * @param api Of the server.
   * @param here Name of the stage of this console.
   * @param tell Says a sentence to the operator.
   */
  constructor(
    private readonly api: Api,
    private readonly here: string,
    private readonly tell: (sentence: string) => void,
  ) {
    this.form.onsubmit = (event) => {
      event.preventDefault();
      void this.open();
    };
  }

  /** Fetches the list. */
  refresh(): Promise<void> {
    return this.attempt(async () => {
      const stages = await this.api.askHouse<StageState[]>("GET", "stages");
      const rows = stages.map((stage) => this.row(stage));
      // A button that waits for its second touch stays, as long as nothing is new.
      if (rows.map(text).join() !== [...this.list.children].map(text).join()) {
        this.list.replaceChildren(...rows);
      }
    });
  }

  private row({ name, ready, status, source_detail: detail }: StageState): HTMLElement {
    const { source, source_state: state, viewers } = status;
    const called = name === "default" ? texts.stages.main : name;
    const facts = [
      `${sourceName(source)}: ${detail || texts.health.states[state]}`,
      texts.stages.viewers(viewers),
    ];
    const words = make(
      "span",
      {},
      make("strong", {}, called),
      make("small", {}, facts.join(" · ")),
    );
    const watch = link(addressOf("./", name), texts.stages.watch, "_blank");
    const rows = [words, watch];
    if (name !== this.here) rows.push(link(addressOf("./console", name), texts.stages.operate, ""));
    if (name !== "default" && name !== this.here) rows.push(this.ender(name));
    const item = make("li", { className: ready ? "ready" : "" }, ...rows);
    if (name === this.here) item.ariaCurrent = "page";
    return item;
  }

  private ender(name: string): HTMLElement {
    const { end, endOf } = texts.stages;
    const button = make("button", { type: "button", ariaLabel: endOf(name) }, end);
    return sure(button, () => this.change(() => this.api.askHouse("DELETE", `stages/${name}`)));
  }

  private async open(): Promise<void> {
    const { name, source } = Object.fromEntries(new FormData(this.form));
    await this.change(async () => {
      await this.api.askHouse("POST", "stages", { name, source });
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

function text(row: Element): string {
  return `${row.className} ${row.querySelector("span")?.textContent}`;
}

function link(href: string, text: string, target: string): HTMLElement {
  return make("a", { className: "button", href, target, textContent: text });
}
