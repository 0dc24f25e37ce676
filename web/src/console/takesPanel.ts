import { texts } from "../language/texts";
import { findElement } from "../page/findElement";
import { makeElement } from "../page/makeElement";
import { pageAddress } from "./pageAddress";
import type { ServerApi, StageState } from "./serverApi";

interface Take {
  readonly name: string;
  readonly size_bytes: number;
  readonly seconds: number;
  readonly finished: boolean;
  readonly damage: string;
  readonly header: { readonly stage: string; readonly started: string } | null;
}

interface Export {
  readonly id: number;
  readonly progress: number;
  readonly finished: boolean;
  readonly failed: string;
}

/** Between two looks at an export, milliseconds. */
const PERIOD = 400;

/** The recordings: watched again, exported, taken along. */
export class TakesPanel {
  private readonly list = findElement("#takes ul");
  private shown = "";

  /**
   * @param api Interface of the server.
   * @param tell Says a sentence to the operator.
   */
  constructor(
    private readonly api: ServerApi,
    private readonly tell: (sentence: string) => void,
  ) {}

  /** Fetches the list. */
  async refresh(): Promise<void> {
    await this.attempt(async () => {
      const takes = await this.api.requestServer<Take[]>("GET", "takes");
      const stages = await this.api.requestServer<StageState[]>("GET", "stages");
      const playing = new Map(stages.map(({ name, status }) => [status.source, name]));
      this.showTakes(takes, playing);
    });
  }

  /** @param playing Names of the stages that takes play on, by take. */
  private showTakes(takes: readonly Take[], playing: ReadonlyMap<string, string>): void {
    const known = takes.map((take) => (take.finished ? take : take.name));
    const state = JSON.stringify([known, [...playing]]);
    // Rows keep their progress and their open lists as long as nothing is new.
    if (state === this.shown) return;
    this.shown = state;
    const rows = takes.map((take) => this.takeRow(take, playing.get(take.name)));
    this.list.replaceChildren(...rows);
    if (takes.length === 0)
      this.list.append(makeElement("li", { className: "empty" }, texts.takes.none));
  }

  private takeRow(take: Take, stage: string | undefined): HTMLElement {
    const started = take.header && new Date(take.header.started);
    const when = started
      ? started.toLocaleString(document.documentElement.lang, {
          dateStyle: "medium",
          timeStyle: "short",
        })
      : take.name;
    const facts = [
      take.header?.stage,
      duration(take.seconds),
      `${(take.size_bytes / 1e6).toFixed(1)} MB`,
      take.damage || (take.finished ? "" : texts.takes.growing),
    ];
    const words = makeElement(
      "span",
      {},
      makeElement("strong", {}, when),
      makeElement("small", {}, facts.filter(Boolean).join(" · ")),
    );
    if (take.header === null) return makeElement("li", {}, words);
    return makeElement(
      "li",
      { dataset: { take: take.name } },
      words,
      this.replayControls(take, stage),
      this.exportControls(take),
    );
  }

  private replayControls(take: Take, stage: string | undefined): HTMLElement {
    if (stage === undefined) {
      return makeElement("button", {
        type: "button",
        textContent: texts.takes.replay,
        onclick: () => this.replayTake(take),
      });
    }
    const watch = makeElement("a", {
      className: "button",
      href: pageAddress("./", stage),
      target: "_blank",
      textContent: texts.stages.watch,
    });
    const stop = makeElement("button", {
      type: "button",
      textContent: texts.takes.stop,
      onclick: () => this.stopReplay(stage),
    });
    return makeElement("span", { className: "row" }, watch, stop);
  }

  private replayTake(take: Take): Promise<void> {
    return this.attempt(async () => {
      const name = `replay-${take.name.replace(/\.take$/, "")}`.slice(0, 64);
      await this.api.requestServer("POST", "stages", { name, source: `take:${take.name}` });
      await this.refresh();
    });
  }

  private stopReplay(stage: string): Promise<void> {
    return this.attempt(async () => {
      await this.api.requestServer("DELETE", `stages/${stage}`);
      await this.refresh();
    });
  }

  private exportControls(take: Take): HTMLElement {
    const { takes } = texts;
    const format = makeElement("select", { ariaLabel: takes.format }, ...options(takes.formats));
    const figure = makeElement("select", { ariaLabel: takes.figure }, ...options(takes.figures));
    const progress = makeElement("progress", {
      max: 1,
      value: 0,
      hidden: true,
      ariaLabel: takes.export,
    });
    const begin = makeElement("button", { type: "button", textContent: takes.export });
    begin.onclick = async () => {
      begin.disabled = true;
      progress.hidden = false;
      await this.attempt(() => this.export(take, format.value, figure.value, progress));
      progress.hidden = true;
      begin.disabled = false;
    };
    const whole = makeElement("button", {
      type: "button",
      textContent: takes.download,
      onclick: () => this.attempt(() => this.api.downloadFile(`takes/${take.name}`, take.name)),
    });
    const inside = makeElement(
      "div",
      { className: "edit" },
      format,
      figure,
      begin,
      progress,
      whole,
    );
    return makeElement(
      "details",
      {},
      makeElement("summary", { ariaLabel: takes.exportOf(take.name) }, "⋯"),
      inside,
    );
  }

  private async export(
    take: Take,
    format: string,
    figure: string,
    progress: HTMLProgressElement,
  ): Promise<void> {
    let state = await this.api.requestServer<Export>("POST", `takes/${take.name}/exports`, {
      format,
      figure,
    });
    while (!state.finished) {
      if (state.failed) throw new Error(state.failed);
      progress.value = state.progress;
      await new Promise((resolve) => setTimeout(resolve, PERIOD));
      state = await this.api.requestServer<Export>("GET", `exports/${state.id}`);
    }
    const name = `${take.name.replace(/\.take$/, "")}-${figure}.${format}`;
    await this.api.downloadFile(`exports/${state.id}/file`, name);
  }

  private async attempt(action: () => Promise<void>): Promise<void> {
    try {
      await action();
    } catch (error) {
      this.tell((error as Error).message);
    }
  }
}

function options(words: Readonly<Record<string, string>>): HTMLOptionElement[] {
  return Object.entries(words).map(([value, text]) => new Option(text, value));
}

function duration(seconds: number): string {
  const whole = Math.round(seconds);
  return `${Math.floor(whole / 60)}:${String(whole % 60).padStart(2, "0")}`;
}
