import { emotionPalette } from "../body/emotionPalette";
import { emotionName } from "../language/emotionName";
import { EmotionButtons } from "../page/emotionButtons";
import { findElement } from "../page/findElement";
import type { Controls, EmotionWeights } from "../protocol/messages";

export interface AudiencePanelListener {
  emotionChosen(weights: EmotionWeights): void;
  energyChosen(value: number): void;
  takeUpWished(): void;
}

/** Between two energies sent while the slider is dragged, milliseconds. */
const ENERGY_PERIOD = 100;

/** The controls. They show what the server confirmed, not what was clicked. */
export class AudiencePanel {
  private readonly emotions: EmotionButtons;
  private readonly energy = findElement<HTMLInputElement>("#energy input");
  private readonly energyText = findElement<HTMLOutputElement>("#energy output");
  private readonly takeUp = findElement<HTMLButtonElement>("#take-up");
  private energySent = 0;

  constructor(private readonly listener: AudiencePanelListener) {
    this.emotions = new EmotionButtons(findElement("#emotions"), (weights) =>
      listener.emotionChosen(weights),
    );
    this.takeUp.onclick = () => listener.takeUpWished();
    this.energy.oninput = (event) => this.sendEnergy(event.timeStamp, ENERGY_PERIOD);
    this.energy.onchange = (event) => this.sendEnergy(event.timeStamp, 0);
  }

  /** Puts up a button for each of the server's labels. */
  offerEmotions(labels: readonly string[]): void {
    this.emotions.offer(labels);
  }

  /** Shows what colours the motion now. */
  showConfirmed(controls: Controls): void {
    this.emotions.show(controls.emotion);
    // A hand on the slider knows better than an answer to where it was.
    if (this.energy.matches(":active")) return;
    this.energy.value = String(controls.energy);
    this.energyText.value = controls.energy.toFixed(2);
  }

  /** Says in words how the connection stands. */
  showState(sentence: string): void {
    findElement("#state").textContent = sentence;
  }

  /**
   * Says over the picture what the partner feels, for those who see it for the first time.
   *
   * @param emotion Label of the strongest emotion; null hides the caption.
   */
  showCaption(emotion: string | null): void {
    const caption = findElement("#caption");
    caption.hidden = emotion === null;
    if (emotion === null) return;
    findElement("#caption strong").textContent = emotionName(emotion);
    caption.style.setProperty("--light", `#${emotionPalette(emotion).light.getHexString()}`);
  }

  /** @param seen Whether there is a performer to take up. */
  performerSeen(seen: boolean): void {
    this.takeUp.disabled = !seen;
  }

  private sendEnergy(time: number, period: number): void {
    const value = this.energy.valueAsNumber;
    this.energyText.value = value.toFixed(2);
    if (time - this.energySent < period) return;
    this.energySent = time;
    this.listener.energyChosen(value);
  }
}
