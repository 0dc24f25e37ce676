import { findElement } from "../page/findElement";
import { throttled } from "./throttled";

/** For how long a control that was moved here does not follow the server, milliseconds. */
const HOLD = 500;

/** A slider with its value in words. A hand on it knows better than an answer to where it was. */
export class Fader {
  private readonly input: HTMLInputElement;
  private readonly output: HTMLOutputElement;
  private confirmed = 0;
  private letGo = 0;

  /**
   * @param label Holds a range and an output.
   * @param moved Is told the values while the slider is moved, at a rate that a server likes.
   * @param text Says a value.
   */
  constructor(
    label: HTMLElement,
    moved: (value: number) => void,
    private readonly text: (value: number) => string,
  ) {
    this.input = findElement("input", label);
    this.output = findElement("output", label);
    const send = throttled(moved);
    this.input.oninput = () => {
      this.showValue();
      this.hold();
      send(this.input.valueAsNumber);
    };
  }

  get value(): number {
    return this.input.valueAsNumber;
  }

  /** Shows the value that the server confirmed. */
  showConfirmed(value: number): void {
    this.confirmed = value;
    if (this.letGo === 0) this.followServer();
  }

  private hold(): void {
    clearTimeout(this.letGo);
    this.letGo = window.setTimeout(() => {
      this.letGo = 0;
      if (this.input.matches(":active")) this.hold();
      else this.followServer();
    }, HOLD);
  }

  private followServer(): void {
    this.input.value = String(this.confirmed);
    this.showValue();
  }

  private showValue(): void {
    const words = this.text(this.input.valueAsNumber);
    this.output.value = words;
    this.input.ariaValueText = words;
    const { min, max, valueAsNumber } = this.input;
    const filled = (valueAsNumber - Number(min)) / (Number(max) - Number(min));
    this.input.style.setProperty("--filled", filled.toFixed(3));
  }
}
