import { texts } from "../../language/texts";
import { findElement } from "../../page/findElement";
import { makeElement } from "../../page/makeElement";
import type { ControlChanges, Controls } from "../../protocol/messages";
import { confirmTwice } from "../confirmTwice";
import type { ServerApi } from "../serverApi";
import type { Timecode } from "../timecode/timecode";
import { captureCue } from "./captureCue";
import type { Cue, CueList } from "./cueList";
import { cueSummary } from "./cueSummary";
import { moveCue } from "./moveCue";
import { neighbourCue } from "./neighbourCue";
import { formatTimecode, parseTimecode } from "./parseTimecode";

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

export interface CueHost {
  /** What is on stage now. */
  controls(): Controls | null;
  /** The server's clock now, seconds; null while it is not known. */
  serverNow(): number | null;
  changeControls(changes: ControlChanges, fade: number): void;
  tell(sentence: string): void;
}

/** The cue list and the presets of a stage, as the server keeps them. */
export class CuePanel {
  private list = EMPTY;
  private asking = false;
  private wentAt = 0;
  private stale = false;
  private readonly form = findElement<HTMLFormElement>("#new-cue");
  private readonly rows = findElement("#cue-list");
  private readonly presets = findElement("#presets");
  private readonly warning = findElement("#cues .warning");
  private readonly goButton = findElement<HTMLButtonElement>("#go");
  private readonly backButton = findElement<HTMLButtonElement>("#back");

  constructor(
    private readonly api: ServerApi,
    private readonly host: CueHost,
  ) {
    this.form.onsubmit = (event) => this.addFromForm(event);
    this.goButton.onclick = ({ timeStamp }) => {
      if (timeStamp - this.wentAt > BOUNCE) this.goTo(neighbourCue(this.list, 1));
      this.wentAt = timeStamp;
    };
    this.backButton.onclick = () => this.goTo(neighbourCue(this.list, -1));
  }

  /** Fetches the list; what changes while it is on its way is fetched after it. */
  async refresh(): Promise<void> {
    this.stale = true;
    if (this.asking) return;
    this.asking = true;
    while (this.stale) {
      this.stale = false;
      await this.requestList("GET", "cues");
    }
    this.asking = false;
  }

  /** Uses a preset, by its place. */
  usePreset(index: number): void {
    const preset = this.list.presets[index];
    if (preset === undefined) return;
    const { fade = 0, ...changes } = preset.set;
    this.host.changeControls(changes, fade);
  }

  /** Lets a cue go by its name or its place in the list from 1; null for the next one. */
  goNumber(number: string | null): void {
    const { cues } = this.list;
    const cue = cues.find(({ name }) => name === number) ?? cues[Number(number) - 1];
    if (number !== null && !cue) this.host.tell(texts.cues.noNumber(number));
    else this.goTo(number === null ? neighbourCue(this.list, 1) : (cue ?? null));
  }

  /** Tells the server a timecode, which lets cues go as it passes them. */
  chase({ position, speed }: Timecode, age: number): void {
    const told = { position, speed, age: Math.min(age, 1) };
    this.api.requestStage("POST", "cues/timecode", told).catch(({ message }: Error) => {
      this.host.tell(message);
    });
  }

  private goTo(cue: Cue | null): void {
    if (cue) void this.requestList("POST", "cues/go", { cue: cue.id });
  }

  private addFromForm(event: SubmitEvent): void {
    event.preventDefault();
    const kind = (event.submitter as HTMLButtonElement).value as Kind;
    const controls = this.host.controls();
    if (controls === null) return;
    const { name, fade } = this.form.elements as unknown as Record<string, HTMLInputElement>;
    const set = { ...captureCue(controls), fade: fade?.valueAsNumber || 0 };
    const words = name?.value.trim() || cueSummary({ id: "", name: "", set }).slice(0, 64);
    const cue = { id: newId(), name: words, set };
    this.form.reset();
    void this.saveList({ [kind]: [...this.list[kind], cue] });
  }

  private saveList(edits: Edits): Promise<void> {
    const { revision, cues, presets } = this.list;
    return this.requestList("PUT", "cues", { revision, cues, presets, ...edits });
  }

  private async requestList(method: string, path: string, body?: unknown): Promise<void> {
    try {
      this.showList(await this.api.requestStage<CueList>(method, path, body));
    } catch (error) {
      this.host.tell((error as Error).message);
    }
  }

  private showList(list: CueList): void {
    const same =
      JSON.stringify([list.cues, list.presets]) ===
      JSON.stringify([this.list.cues, this.list.presets]);
    this.list = list;
    if (!same || this.rows.childElementCount === 0) this.buildRows();
    this.warning.hidden = list.damage === "";
    this.warning.textContent = texts.cues.damaged(list.damage);
    this.markProgress();
  }

  private buildRows(): void {
    const open = this.rows.querySelector<HTMLElement>("li:has([open])")?.dataset.cue;
    this.rows.replaceChildren(...this.list.cues.map((cue) => this.cueRow(cue)));
    const opened = this.rows.querySelector<HTMLDetailsElement>(`[data-cue="${open}"] details`);
    if (opened) opened.open = true;
    if (this.list.cues.length === 0)
      this.rows.append(makeElement("li", { className: "empty" }, texts.cues.hint));
    this.presets.replaceChildren(...this.list.presets.map((cue, i) => this.presetButton(cue, i)));
  }

  /** Shows which cue went, how far its fade is, and which is next. */
  private markProgress(): void {
    const next = neighbourCue(this.list, 1);
    for (const row of this.rows.querySelectorAll<HTMLElement>("li[data-cue]")) {
      const isCurrent = row.dataset.cue === this.list.current;
      row.ariaCurrent = isCurrent ? "step" : null;
      row.classList.toggle("next", row.dataset.cue === next?.id);
      row.style.animation = isCurrent ? this.fadeAnimation() : "";
      if (isCurrent) row.scrollIntoView({ block: "nearest" });
    }
    const { atTheEnd, none } = texts.cues;
    const last = this.list.cues.length > 0 ? atTheEnd : none;
    findElement("span", this.goButton).textContent = next?.name ?? last;
    this.goButton.disabled = next === null;
    this.backButton.disabled = neighbourCue(this.list, -1) === null;
  }

  private fadeAnimation(): string {
    const fade = this.list.cues.find(({ id }) => id === this.list.current)?.set.fade ?? 0;
    const gone = (this.host.serverNow() ?? 0) - (this.list.went ?? 0);
    return gone < fade ? `fade ${fade}s linear ${-Math.max(0, gone)}s` : "";
  }

  private cueRow(cue: Cue): HTMLElement {
    const { id, name, set } = cue;
    const words = makeElement(
      "span",
      {},
      makeElement("strong", {}, name),
      makeElement("small", {}, [timeOf(cue), cueSummary(cue)].filter(Boolean).join(" · ")),
    );
    const go = makeElement(
      "button",
      { type: "button", ariaLabel: texts.cues.goTo(name), onclick: () => this.goTo(cue) },
      set.fade ? `${set.fade} s` : texts.cues.cut,
      " ▸",
    );
    const edit = this.editForm(cue, "cues");
    return makeElement("li", { dataset: { cue: id } }, words, go, edit);
  }

  private presetButton(cue: Cue, index: number): HTMLElement {
    const use = makeElement(
      "button",
      {
        type: "button",
        title: cueSummary(cue),
        onclick: () => this.usePreset(index),
        dataset: { control: `preset:${index + 1}` },
      },
      cue.name,
    );
    if (index < 9) use.append(makeElement("kbd", { ariaHidden: "true" }, `⇧${index + 1}`));
    return makeElement("div", { className: "preset" }, use, this.editForm(cue, "presets"));
  }

  private editForm(cue: Cue, kind: Kind): HTMLElement {
    const replace = (by: Partial<Cue>) =>
      this.saveList({
        [kind]: this.list[kind].map((old) => (old.id === cue.id ? { ...old, ...by } : old)),
      });
    const name = makeElement("input", {
      value: cue.name,
      maxLength: 64,
      required: true,
      onchange: () => name.value.trim() && void replace({ name: name.value.trim() }),
    });
    const fade = makeElement("input", {
      type: "number",
      min: "0",
      max: "600",
      step: "0.5",
      value: String(cue.set.fade ?? 0),
      onchange: () =>
        fade.validity.valid && void replace({ set: { ...cue.set, fade: fade.valueAsNumber || 0 } }),
    });
    const at = makeElement("input", {
      value: timeOf(cue),
      placeholder: texts.cues.timecodeHint,
      onchange: () => {
        const seconds = parseTimecode(at.value);
        at.setCustomValidity(seconds === undefined ? texts.cues.timecodeHint : "");
        if (at.reportValidity() && seconds !== undefined) void replace({ at: seconds });
      },
    });
    const button = (text: string, onclick: () => void) =>
      makeElement("button", { type: "button", textContent: text, onclick });
    const move = (step: 1 | -1) => () =>
      void this.saveList({ [kind]: moveCue(this.list[kind], cue.id, step) });
    return makeElement(
      "details",
      {},
      makeElement("summary", { ariaLabel: texts.cues.edit(cue.name) }, "⋯"),
      makeElement(
        "div",
        { className: "edit" },
        makeElement("label", {}, makeElement("span", {}, texts.console.name), name),
        makeElement("label", {}, makeElement("span", {}, texts.cues.fade), fade),
        ...(kind === "cues"
          ? [makeElement("label", {}, makeElement("span", {}, texts.cues.timecode), at)]
          : []),
        button(texts.cues.overwrite, () => this.overwrite(cue, replace)),
        button(texts.cues.up, move(-1)),
        button(texts.cues.down, move(1)),
        confirmTwice(makeElement("button", { type: "button" }, texts.cues.delete), () => {
          void this.saveList({ [kind]: this.list[kind].filter(({ id }) => id !== cue.id) });
        }),
      ),
    );
  }

  private overwrite(cue: Cue, replace: (by: Partial<Cue>) => Promise<void>): void {
    const controls = this.host.controls();
    if (controls) void replace({ set: { ...captureCue(controls), fade: cue.set.fade ?? 0 } });
  }
}

/** The timecode of a cue in words; empty without one. */
function timeOf({ at }: Cue): string {
  return at == null ? "" : formatTimecode(at);
}

function newId(): string {
  return Array.from(crypto.getRandomValues(new Uint8Array(8)), (byte) =>
    byte.toString(16).padStart(2, "0"),
  ).join("");
}
