import { emotionPalette } from "../../body/emotionPalette";
import { emotionName } from "../../language/emotionName";
import { texts } from "../../language/texts";
import { findElement } from "../../page/findElement";
import { blendAtPoint } from "../emotion/blendAtPoint";
import { circumplex } from "../emotion/circumplex";
import type { EmotionPoint } from "../emotion/emotionPoint";
import { pointOfBlend } from "../emotion/pointOfBlend";

const SVG = "http://www.w3.org/2000/svg";
/** Half a side of the pad in the drawing's own units. */
const HALF = 100;
/** Shares that differ less are the same to the eye. */
const SAME = 0.02;
/** Places that are nearer have names that would cover each other. */
const NEAR = { valence: 0.5, arousal: 0.12 };

/** Emotions by valence and arousal: where one touches is what is felt. */
export class EmotionPad {
  private readonly svg: SVGSVGElement;
  private readonly valence: HTMLInputElement;
  private readonly arousal: HTMLInputElement;
  private readonly wanted = svgElement("circle", { class: "wanted", r: 8 });
  private readonly felt = svgElement("circle", { class: "felt", r: 4 });
  private places: EmotionPoint[] = [];
  private touched = false;

  /**
   * @param root Holds a drawing and the ranges of valence and arousal.
   * @param moved Is told the blend that is wanted.
   */
  constructor(
    root: HTMLElement,
    private readonly moved: (shares: readonly number[]) => void,
  ) {
    this.svg = root.querySelector("svg") as SVGSVGElement;
    this.valence = findElement("[data-control=valence]", root);
    this.arousal = findElement("[data-control=arousal]", root);
    this.valence.oninput = () => this.choosePoint(this.point);
    this.arousal.oninput = () => this.choosePoint(this.point);
    this.svg.onpointerdown = (event) => this.touch(event);
    this.svg.onpointermove = (event) => this.touched && this.choosePoint(this.pointUnder(event));
    this.svg.onpointerup = () => this.release();
    this.svg.onpointercancel = () => this.release();
  }

  /** Puts up the labels. */
  offerEmotions(labels: readonly string[]): void {
    this.places = circumplex(labels);
    const lights = labels.map((label, i) => this.light(label, this.places[i] as EmotionPoint));
    const names = labels.map((label, i) => this.name(label, this.places[i] as EmotionPoint));
    const axes = svgElement("path", { class: "axes", d: `M${-HALF} 0H${HALF}M0 ${-HALF}V${HALF}` });
    const { lively, calm, unpleasant, pleasant } = texts.console;
    const ends = [
      caption(lively, 4, -HALF + 4, "start"),
      caption(calm, 4, HALF + 1, "start"),
      caption(unpleasant, -HALF, 10, "start"),
      caption(pleasant, HALF, 10, "end"),
    ];
    this.svg.replaceChildren(...lights, axes, ...ends, ...names, this.felt, this.wanted);
  }

  /** Shows the blend that the server confirmed. */
  showConfirmed(shares: readonly number[]): void {
    const here = blendAtPoint(this.point, this.places);
    const same = here.every((share, i) => Math.abs(share - (shares[i] ?? 0)) < SAME);
    if (!this.touched && !same) this.showPoint(pointOfBlend(shares, this.places));
    else this.showPoint(this.point);
  }

  /** Shows the blend that colours the motion now. */
  showFelt(shares: readonly number[]): void {
    moveTo(this.felt, pointOfBlend(shares, this.places));
  }

  private touch(event: PointerEvent): void {
    this.svg.setPointerCapture(event.pointerId);
    this.touched = true;
    this.choosePoint(this.pointUnder(event));
  }

  private release(): void {
    this.touched = false;
  }

  private choosePoint(point: EmotionPoint): void {
    this.showPoint(point);
    this.moved(blendAtPoint(this.point, this.places));
  }

  private get point(): EmotionPoint {
    return { valence: this.valence.valueAsNumber, arousal: this.arousal.valueAsNumber };
  }

  private showPoint({ valence, arousal }: EmotionPoint): void {
    this.valence.value = String(valence);
    this.arousal.value = String(arousal);
    moveTo(this.wanted, this.point);
  }

  private pointUnder({ clientX, clientY }: PointerEvent): EmotionPoint {
    const { left, top, width, height } = this.svg.getBoundingClientRect();
    const scale = 216 / Math.min(width, height) / HALF;
    return {
      valence: (clientX - left - width / 2) * scale,
      arousal: (top + height / 2 - clientY) * scale,
    };
  }

  private light(label: string, place: EmotionPoint): SVGElement {
    const light = svgElement("circle", { class: "light", r: 52 });
    light.style.fill = accentOf(label);
    moveTo(light, place);
    return light;
  }

  private name(label: string, place: EmotionPoint): SVGElement {
    const group = svgElement("g", { class: "name" });
    const spot = svgElement("circle", { r: 2.5 });
    spot.style.fill = accentOf(label);
    moveTo(spot, place);
    const [x, y] = [place.valence * HALF, -place.arousal * HALF];
    const side = this.side(place);
    const anchor = (["end", "middle", "start"] as const)[side + 1] ?? "middle";
    group.append(spot, caption(emotionName(label), x - 6 * side, y - 9, anchor));
    return group;
  }

  /** To which side a name goes, so that it does not cover a neighbour's; 0 for above its place. */
  private side({ valence, arousal }: EmotionPoint): number {
    const neighbour = this.places.find(
      (other) =>
        other.valence !== valence &&
        Math.abs(other.valence - valence) < NEAR.valence &&
        Math.abs(other.arousal - arousal) < NEAR.arousal,
    );
    return neighbour ? Math.sign(valence - neighbour.valence) : 0;
  }
}

function accentOf(label: string): string {
  return `#${emotionPalette(label).accent.getHexString()}`;
}

function moveTo(element: SVGElement, { valence, arousal }: EmotionPoint): void {
  element.setAttribute("transform", `translate(${valence * HALF} ${-arousal * HALF})`);
}

function caption(text: string, x: number, y: number, anchor: string): SVGElement {
  const caption = svgElement("text", { x, y, "text-anchor": anchor });
  caption.textContent = text;
  return caption;
}

function svgElement(
  name: string,
  attributes: Readonly<Record<string, string | number>>,
): SVGElement {
  const element = document.createElementNS(SVG, name);
  for (const [key, value] of Object.entries(attributes)) element.setAttribute(key, String(value));
  return element;
}
