import { emotionPalette } from "../../body/emotionPalette";
import { emotionName } from "../../language/emotionName";
import { texts } from "../../language/texts";
import { findElement } from "../../page/findElement";
import { makeElement } from "../../page/makeElement";
import type { ControlChanges, Controls } from "../../protocol/messages";
import { blendWeights } from "../emotion/blendWeights";
import { EmotionPad } from "../emotion/emotionPad";
import { Fader } from "../fader";
import { throttled } from "../throttled";
import { withEmotionShare } from "./withEmotionShare";

/** An intensity below it would hide that an emotion was chosen. */
const FAINT = 0.05;

/** What the partner feels: a pad, and faders for the blend, its intensity and the energy. */
export class EmotionPanel {
  private readonly pad: EmotionPad;
  private readonly intensity: Fader;
  private readonly energy: Fader;
  private readonly rows = findElement("#blend");
  private readonly send: (shares: readonly number[]) => void;
  private faders: Fader[] = [];
  private labels: readonly string[] = [];
  private shares: readonly number[] = [];
  private felt: Float32Array = new Float32Array(0);

  /** @param change Asks the server for changes. */
  constructor(change: (changes: ControlChanges) => void) {
    const percent = (value: number) => `${Math.round(value * 100)} %`;
    this.intensity = new Fader(fader("intensity"), () => this.send(this.shares), percent);
    this.energy = new Fader(fader("energy"), (energy) => change({ energy }), percent);
    this.send = throttled((shares) => {
      change({ emotion: blendWeights(this.labels, shares, this.intensity.value) });
    });
    this.pad = new EmotionPad(findElement("#pad"), (shares) => this.requestBlend(shares));
  }

  /** Puts up the emotions of the model. */
  offerEmotions(labels: readonly string[]): void {
    this.labels = labels;
    this.shares = labels.map((_, i) => Number(i === 0));
    this.pad.offerEmotions(labels);
    const rows = labels.map((label, i) => this.emotionRow(label, i));
    this.rows.replaceChildren(...rows);
    this.faders = rows.map(
      (row, i) =>
        new Fader(
          row,
          (share) => this.requestShare(i, share),
          (share) => `${Math.round(share * 100)} %`,
        ),
    );
  }

  /** Shows what the server confirmed. */
  showConfirmed({ emotion, energy }: Controls): void {
    const weights = this.labels.map((label) => emotion[label] ?? 0);
    const intensity = weights.reduce((sum, weight) => sum + weight, 0);
    this.intensity.showConfirmed(intensity);
    this.energy.showConfirmed(energy);
    if (intensity > 0) this.shares = weights.map((weight) => weight / intensity);
    this.pad.showConfirmed(this.shares);
    this.showShares();
  }

  /** Shows what colours the motion now: weights in the order of the labels. */
  showFelt(weights: Float32Array): void {
    if (weights.every((weight, i) => weight === this.felt[i])) return;
    this.felt = weights;
    const intensity = weights.reduce((sum, weight) => sum + weight, 0);
    if (intensity > 0) this.pad.showFelt(Array.from(weights, (weight) => weight / intensity));
  }

  /** Lets one emotion be felt alone, by its place among the labels. */
  chooseEmotion(index: number): void {
    if (index < this.labels.length)
      this.requestBlend(this.labels.map((_, i) => Number(i === index)));
  }

  private requestShare(index: number, share: number): void {
    const rest = Math.max(0, this.labels.indexOf("neutral"));
    this.requestBlend(withEmotionShare(this.shares, index, share, rest));
  }

  private requestBlend(shares: readonly number[]): void {
    this.shares = shares;
    if (this.intensity.value < FAINT) this.intensity.showConfirmed(1);
    this.pad.showConfirmed(shares);
    this.showShares();
    this.send(shares);
  }

  private showShares(): void {
    this.faders.forEach((faderLabel, i) => {
      faderLabel.showConfirmed(this.shares[i] ?? 0);
      this.rows.children[i]?.classList.toggle("felt", (this.shares[i] ?? 0) > 0);
    });
  }

  private emotionRow(label: string, index: number): HTMLElement {
    const alone = makeElement(
      "button",
      {
        type: "button",
        onclick: () => this.chooseEmotion(index),
        dataset: { emotion: label, control: `emotion:${label}` },
      },
      emotionName(label),
    );
    if (index < 9) alone.append(makeElement("kbd", { ariaHidden: "true" }, String(index + 1)));
    const share = makeElement("input", {
      type: "range",
      min: "0",
      max: "1",
      step: "0.01",
      ariaLabel: texts.console.shareOf(emotionName(label)),
      dataset: { control: `share:${label}` },
    });
    const row = makeElement("div", { className: "emotion" }, alone, share, makeElement("output"));
    row.style.setProperty("--accent", `#${emotionPalette(label).accent.getHexString()}`);
    return row;
  }
}

function fader(name: string): HTMLElement {
  return findElement<HTMLInputElement>(`#strength [name=${name}]`).closest("label") as HTMLElement;
}
