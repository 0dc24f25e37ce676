import { emotionPalette } from "../body/emotionPalette";
import { emotionName } from "../language/emotionName";
import type { EmotionWeights } from "../protocol/messages";

/** A button for each emotion, in the emotion's colour. */
export class EmotionButtons {
  /** @param fieldset Holds a legend. */
  constructor(
    private readonly fieldset: HTMLFieldSetElement,
    private readonly chosen: (weights: EmotionWeights) => void,
  ) {}

  /** Puts up a button for each of the server's labels. */
  offer(labels: readonly string[]): void {
    const buttons = labels.map((label) => {
      const button = document.createElement("button");
      button.type = "button";
      button.textContent = emotionName(label);
      button.dataset.emotion = label;
      button.style.setProperty("--accent", `#${emotionPalette(label).accent.getHexString()}`);
      button.onclick = () => this.chosen({ [label]: 1 });
      return button;
    });
    const legend = this.fieldset.querySelector("legend");
    this.fieldset.replaceChildren(...(legend ? [legend] : []), ...buttons);
  }

  /** Shows which emotions weigh anything. */
  show(weights: EmotionWeights): void {
    for (const button of this.fieldset.querySelectorAll<HTMLButtonElement>("button")) {
      const weight = weights[button.dataset.emotion ?? ""] ?? 0;
      button.ariaPressed = String(weight > 0);
    }
  }
}
