import { texts } from "../../language/texts";
import { findElement } from "../../page/findElement";
import { makeElement } from "../../page/makeElement";
import { controlName } from "./controlName";
import { midiInputName } from "./midiInputName";
import type { ControlMove } from "./midiMap";
import { parseMidi } from "./parseMidi";
import { storedMidiMap } from "./storedMidiMap";

/** Knobs and pads: learns which moves what, and moves it. */
export class MidiPanel {
  private readonly map = storedMidiMap.load();
  private readonly state = findElement("#midi-state");
  private readonly openButton = findElement<HTMLButtonElement>("#midi-open");
  private readonly learnButton = findElement<HTMLButtonElement>("#midi-learn");
  private readonly list = findElement("#midi-map");
  private learns = false;

  /**
   * @param heard Is given every message with the page's clock in seconds: clock and timecode.
   * @param exclusive Tells whether system exclusive messages are wanted, for which browsers ask.
   */
  constructor(
    private readonly heard: (data: Uint8Array, seconds: number) => void,
    private readonly exclusive: () => boolean,
  ) {
    this.openButton.onclick = () => this.open();
    this.learnButton.onclick = () => this.setLearning(!this.learns);
    addEventListener("pointerdown", (event) => this.pickControl(event), { capture: true });
    addEventListener("click", (event) => this.swallowClick(event), { capture: true });
    const able = "requestMIDIAccess" in navigator;
    this.openButton.hidden = !able;
    this.learnButton.hidden = !able;
    const why = isSecureContext ? texts.midi.none : texts.page.insecure;
    this.state.textContent = able ? texts.midi.ready : why;
    this.showMappings();
  }

  /** Asks the browser for all MIDI devices. */
  open(): void {
    if ("requestMIDIAccess" in navigator) void this.openMidi();
  }

  private async openMidi(): Promise<void> {
    try {
      const access = await navigator.requestMIDIAccess({ sysex: this.exclusive() });
      access.onstatechange = () => this.listenTo(access);
      this.listenTo(access);
      this.learnButton.disabled = false;
    } catch {
      this.state.textContent = texts.midi.refused;
    }
  }

  private listenTo(access: MIDIAccess): void {
    const inputs = [...access.inputs.values()];
    for (const input of inputs)
      input.onmidimessage = ({ data, timeStamp }) => data && this.receiveMidi(data, timeStamp);
    const names = inputs.map(({ name }) => name ?? texts.midi.aDevice).join(", ");
    this.state.textContent = names ? texts.midi.listens(names) : texts.midi.plug;
  }

  private receiveMidi(data: Uint8Array, milliseconds: number): void {
    this.heard(data, milliseconds / 1000);
    const touch = parseMidi(data);
    if (touch === null) return;
    const learnt = this.map.learning;
    const turn = this.map.takeTouch(touch);
    if (learnt !== null && this.map.learning === null) this.mappingLearnt(learnt, touch.input);
    if (turn) moveControl(turn);
  }

  private setLearning(on: boolean): void {
    this.learns = on;
    this.map.learning = null;
    this.learnButton.ariaPressed = String(on);
    document.body.toggleAttribute("data-learning", on);
    this.markControl(null);
    this.state.textContent = on ? texts.midi.touch : "";
  }

  private mappingLearnt(control: string, input: string): void {
    storedMidiMap.save(this.map);
    this.markControl(null);
    this.state.textContent = texts.midi.learnt(midiInputName(input), controlName(control));
    this.showMappings();
  }

  /** While learning, a touch names the control instead of moving it. */
  private pickControl(event: PointerEvent): void {
    const control = this.controlUnder(event);
    if (control === null) return;
    event.preventDefault();
    event.stopPropagation();
    this.map.learning = control.dataset.control ?? null;
    this.markControl(control);
    this.state.textContent = texts.midi.move(controlName(this.map.learning ?? ""));
  }

  private swallowClick(event: Event): void {
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

  private markControl(control: HTMLElement | null): void {
    for (const marked of document.querySelectorAll(".learning"))
      marked.classList.remove("learning");
    control?.classList.add("learning");
    control?.closest("label, #pad")?.classList.add("learning");
  }

  private showMappings(): void {
    const rows = this.map.entries.map(([input, control]) => {
      const forget = makeElement("button", {
        type: "button",
        textContent: texts.midi.forget,
        ariaLabel: texts.midi.forgetOf(midiInputName(input)),
        onclick: () => {
          this.map.forgetInput(input);
          storedMidiMap.save(this.map);
          this.showMappings();
        },
      });
      return makeElement(
        "li",
        {},
        makeElement("span", {}, `${midiInputName(input)} → ${controlName(control)}`),
        forget,
      );
    });
    this.list.replaceChildren(...rows);
  }
}

/** Moves the control of a name as a hand would. */
function moveControl({ control, value, pressed }: ControlMove): void {
  const element = document.querySelector<HTMLElement>(`[data-control="${CSS.escape(control)}"]`);
  if (element instanceof HTMLInputElement && element.type === "range") {
    const { min, max } = element;
    element.value = String(Number(min) + value * (Number(max) - Number(min)));
    element.dispatchEvent(new Event("input", { bubbles: true }));
  } else if (pressed) element?.click();
}
