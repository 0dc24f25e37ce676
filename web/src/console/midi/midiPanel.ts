import { texts } from "../../language/texts";
import { find } from "../../page/find";
import { make } from "../../page/make";
import { controlName } from "./controlName";
import { inputName } from "./inputName";
import type { Turn } from "./midiMap";
import { parseMidi } from "./parseMidi";
import { storedMap } from "./storedMap";

/** Knobs and pads: learns which moves what, and moves it. */
export class MidiPanel {
  private readonly map = storedMap.load();
  private readonly state = find("#midi-state");
  private readonly openButton = find<HTMLButtonElement>("#midi-open");
  private readonly learnButton = find<HTMLButtonElement>("#midi-learn");
  private readonly list = find("#midi-map");
  private learns = false;

  constructor() {
    this.openButton.onclick = () => void this.open();
    this.learnButton.onclick = () => this.learn(!this.learns);
    addEventListener("pointerdown", (event) => this.pick(event), { capture: true });
    addEventListener("click", (event) => this.swallow(event), { capture: true });
    const able = "requestMIDIAccess" in navigator;
    this.openButton.hidden = !able;
    this.learnButton.hidden = !able;
    this.state.textContent = able ? texts.midi.ready : texts.midi.none;
    this.show();
  }

  private async open(): Promise<void> {
    try {
      const access = await navigator.requestMIDIAccess();
      access.onstatechange = () => this.listen(access);
      this.listen(access);
      this.learnButton.disabled = false;
    } catch {
      this.state.textContent = texts.midi.refused;
    }
  }

  private listen(access: MIDIAccess): void {
    const inputs = [...access.inputs.values()];
    for (const input of inputs) input.onmidimessage = ({ data }) => data && this.receive(data);
    const names = inputs.map(({ name }) => name ?? texts.midi.aDevice).join(", ");
    this.state.textContent = names ? texts.midi.listens(names) : texts.midi.plug;
  }

  private receive(data: Uint8Array): void {
    const touch = parseMidi(data);
    if (touch === null) return;
    const learnt = this.map.learning;
    const turn = this.map.receive(touch);
    if (learnt !== null && this.map.learning === null) this.learnt(learnt, touch.input);
    if (turn) apply(turn);
  }

  private learn(on: boolean): void {
    this.learns = on;
    this.map.learning = null;
    this.learnButton.ariaPressed = String(on);
    document.body.toggleAttribute("data-learning", on);
    this.mark(null);
    this.state.textContent = on ? texts.midi.touch : "";
  }

  private learnt(control: string, input: string): void {
    storedMap.save(this.map);
    this.mark(null);
    this.state.textContent = texts.midi.learnt(inputName(input), controlName(control));
    this.show();
  }

  /** While learning, a touch names the control instead of moving it. */
  private pick(event: PointerEvent): void {
    const control = this.controlUnder(event);
    if (control === null) return;
    event.preventDefault();
    event.stopPropagation();
    this.map.learning = control.dataset.control ?? null;
    this.mark(control);
    this.state.textContent = texts.midi.move(controlName(this.map.learning ?? ""));
  }

  private swallow(event: Event): void {
    if (this.controlUnder(event) === null) return;
    event.preventDefault();
    event.stopPropagation();
  }

  private controlUnder({ target }: Event): HTMLElement | null {
    if (!this.learns || !(target instanceof Element)) return null;
    const pad = target.closest("#pad");
    if (pad) {
      const axis = this.map.learning === "valence" ? "arousal" : "valence";
      return pad.querySelector(`[data-control=${axis}]`);
    }
    const near = target.closest("[data-control]");
    return near instanceof HTMLElement
      ? near
      : (target.closest("label")?.querySelector<HTMLElement>("[data-control]") ?? null);
  }

  private mark(control: HTMLElement | null): void {
    for (const marked of document.querySelectorAll(".learning"))
      marked.classList.remove("learning");
    control?.classList.add("learning");
    control?.closest("label, #pad")?.classList.add("learning");
  }

  private show(): void {
    const rows = this.map.entries.map(([input, control]) => {
      const forget = make("button", {
        type: "button",
        textContent: texts.midi.forget,
        ariaLabel: texts.midi.forgetOf(inputName(input)),
        onclick: () => {
          this.map.forget(input);
          storedMap.save(this.map);
          this.show();
        },
      });
      return make(
        "li",
        {},
        make("span", {}, `${inputName(input)} → ${controlName(control)}`),
        forget,
      );
    });
    this.list.replaceChildren(...rows);
  }
}

/** Moves the control of a name as a hand would. */
function apply({ control, value, pressed }: Turn): void {
  const element = document.querySelector<HTMLElement>(`[data-control="${CSS.escape(control)}"]`);
  if (element instanceof HTMLInputElement && element.type === "range") {
    const { min, max } = element;
    element.value = String(Number(min) + value * (Number(max) - Number(min)));
    element.dispatchEvent(new Event("input", { bubbles: true }));
  } else if (pressed) element?.click();
}
