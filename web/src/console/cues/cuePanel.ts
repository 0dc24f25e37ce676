import { texts } from "../../language/texts";
import { find } from "../../page/find";
import { make } from "../../page/make";
import type { Changes, Controls } from "../../protocol/messages";
import type { Api } from "../api";
import { sure } from "../sure";
import { captured } from "./captured";
import type { Cue, CueList } from "./cueList";
import { moved } from "./moved";
import { neighbour } from "./neighbour";
import { summary } from "./summary";

type Kind = "cues" | "presets";
type Edits = Partial<Record<Kind, readonly Cue[]>>;

/** A second touch of Go within it is a slip of the finger or foot, milliseconds. */
const BOUNCE = 350;

const EMPTY: CueList = {
  revision: 0,
  cues: [],
  presets: [],
  current: null,
  went: null,
  damage: "",
};

export interface CueListener {
  /** What is on stage now. */
  controls(): Controls | null;
  /** The server's clock now, seconds; null while it is not known. */
  serverNow(): number | null;
  set(changes: Changes, fade: number): void;
  tell(sentence: string): void;
}

/** The cue list and the presets of a stage, as the server keeps them. */
export class CuePanel {
  private list = EMPTY;
  private asking = false;
  private wentAt = 0;
  private stale = false;
  private readonly form = find<HTMLFormElement>("#new-cue");
  private readonly rows = find("#cue-list");
  private readonly presets = find("#presets");
  private readonly warning = find("#cues .warning");
  private readonly goButton = find<HTMLButtonElement>("#go");
  private readonly backButton = find<HTMLButtonElement>("#back");

  constructor(
    private readonly api: Api,
    private readonly listener: CueListener,
  ) {
    this.form.onsubmit = (event) => this.add(event);
    this.goButton.onclick = ({ timeStamp }) => {
      if (timeStamp - this.wentAt > BOUNCE) this.go(neighbour(this.list, 1));
      this.wentAt = timeStamp;
    };
    this.backButton.onclick = () => this.go(neighbour(this.list, -1));
  }

  /** Fetches the list; what changes while it is on its way is fetched after it. */
  async refresh(): Promise<void> {
    this.stale = true;
    if (this.asking) return;
    this.asking = true;
    while (this.stale) {
      this.stale = false;
      await this.ask("GET", "cues");
    }
    this.asking = false;
  }

  /** Uses a preset, by its place. */
  use(index: number): void {
    const preset = this.list.presets[index];
    if (preset === undefined) return;
    const { fade = 0, ...changes } = preset.set;
    this.listener.set(changes, fade);
  }

  private go(cue: Cue | null): void {
    if (cue) void this.ask("POST", "cues/go", { cue: cue.id });
  }

  private add(event: SubmitEvent): void {
    event.preventDefault();
    const kind = (event.submitter as HTMLButtonElement).value as Kind;
    const controls = this.listener.controls();
    if (controls === null) return;
    const { name, fade } = this.form.elements as unknown as Record<string, HTMLInputElement>;
    const set = { ...captured(controls), fade: fade?.valueAsNumber || 0 };
    const words = name?.value.trim() || summary({ id: "", name: "", set }).slice(0, 64);
    const cue = { id: newId(), name: words, set };
    this.form.reset();
    void this.save({ [kind]: [...this.list[kind], cue] });
  }

  private save(edits: Edits): Promise<void> {
    const { revision, cues, presets } = this.list;
    return this.ask("PUT", "cues", { revision, cues, presets, ...edits });
  }

  private async ask(method: string, path: string, body?: unknown): Promise<void> {
    try {
      this.show(await this.api.ask<CueList>(method, path, body));
    } catch (error) {
      this.listener.tell((error as Error).message);
    }
  }

  private show(list: CueList): void {
    const same =
      JSON.stringify([list.cues, list.presets]) ===
      JSON.stringify([this.list.cues, this.list.presets]);
    this.list = list;
    if (!same || this.rows.childElementCount === 0) this.build();
    this.warning.hidden = list.damage === "";
    this.warning.textContent = texts.cues.damaged(list.damage);
    this.mark();
  }

  private build(): void {
    const open = this.rows.querySelector<HTMLElement>("li:has([open])")?.dataset.cue;
    this.rows.replaceChildren(...this.list.cues.map((cue) => this.row(cue)));
    const opened = this.rows.querySelector<HTMLDetailsElement>(`[data-cue="${open}"] details`);
    if (opened) opened.open = true;
    if (this.list.cues.length === 0)
      this.rows.append(make("li", { className: "empty" }, texts.cues.hint));
    this.presets.replaceChildren(...this.list.presets.map((cue, i) => this.preset(cue, i)));
  }

  /** Shows which cue went, how far its fade is, and which is next. */
  private mark(): void {
    const next = neighbour(this.list, 1);
    for (const row of this.rows.querySelectorAll<HTMLElement>("li[data-cue]")) {
      const isCurrent = row.dataset.cue === this.list.current;
      row.ariaCurrent = isCurrent ? "step" : null;
      row.classList.toggle("next", row.dataset.cue === next?.id);
      row.style.animation = isCurrent ? this.progress() : "";
      if (isCurrent) row.scrollIntoView({ block: "nearest" });
    }
    const { atTheEnd, none } = texts.cues;
    const last = this.list.cues.length > 0 ? atTheEnd : none;
    find("span", this.goButton).textContent = next?.name ?? last;
    this.goButton.disabled = next === null;
    this.backButton.disabled = neighbour(this.list, -1) === null;
  }

  private progress(): string {
    const fade = this.list.cues.find(({ id }) => id === this.list.current)?.set.fade ?? 0;
    const gone = (this.listener.serverNow() ?? 0) - (this.list.went ?? 0);
    return gone < fade ? `fade ${fade}s linear ${-Math.max(0, gone)}s` : "";
  }

  private row(cue: Cue): HTMLElement {
    const { id, name, set } = cue;
    const words = make("span", {}, make("strong", {}, name), make("small", {}, summary(cue)));
    const go = make(
      "button",
      { type: "button", ariaLabel: texts.cues.goTo(name), onclick: () => this.go(cue) },
      set.fade ? `${set.fade} s` : texts.cues.cut,
      " ▸",
    );
    const edit = this.edit(cue, "cues");
    return make("li", { dataset: { cue: id } }, words, go, edit);
  }

  private preset(cue: Cue, index: number): HTMLElement {
    const use = make(
      "button",
      {
        type: "button",
        title: summary(cue),
        onclick: () => this.use(index),
        dataset: { control: `preset:${index + 1}` },
      },
      cue.name,
    );
    if (index < 9) use.append(make("kbd", { ariaHidden: "true" }, `⇧${index + 1}`));
    return make("div", { className: "preset" }, use, this.edit(cue, "presets"));
  }

  private edit(cue: Cue, kind: Kind): HTMLElement {
    const replace = (by: Partial<Cue>) =>
      this.save({
        [kind]: this.list[kind].map((old) => (old.id === cue.id ? { ...old, ...by } : old)),
      });
    const name = make("input", {
      value: cue.name,
      maxLength: 64,
      required: true,
      onchange: () => name.value.trim() && void replace({ name: name.value.trim() }),
    });
    const fade = make("input", {
      type: "number",
      min: "0",
      max: "600",
      step: "0.5",
      value: String(cue.set.fade ?? 0),
      onchange: () =>
        fade.validity.valid && void replace({ set: { ...cue.set, fade: fade.valueAsNumber || 0 } }),
    });
    const button = (text: string, onclick: () => void) =>
      make("button", { type: "button", textContent: text, onclick });
    const move = (step: 1 | -1) => () =>
      void this.save({ [kind]: moved(this.list[kind], cue.id, step) });
    return make(
      "details",
      {},
      make("summary", { ariaLabel: texts.cues.change(cue.name) }, "⋯"),
      make(
        "div",
        { className: "edit" },
        make("label", {}, make("span", {}, texts.console.name), name),
        make("label", {}, make("span", {}, texts.cues.fade), fade),
        button(texts.cues.overwrite, () => this.overwrite(cue, replace)),
        button(texts.cues.up, move(-1)),
        button(texts.cues.down, move(1)),
        sure(make("button", { type: "button" }, texts.cues.delete), () => {
          void this.save({ [kind]: this.list[kind].filter(({ id }) => id !== cue.id) });
        }),
      ),
    );
  }

  private overwrite(cue: Cue, replace: (by: Partial<Cue>) => Promise<void>): void {
    const controls = this.listener.controls();
    if (controls) void replace({ set: { ...captured(controls), fade: cue.set.fade ?? 0 } });
  }
}

function newId(): string {
  return Array.from(crypto.getRandomValues(new Uint8Array(8)), (byte) =>
    byte.toString(16).padStart(2, "0"),
  ).join("");
}
