import { texts } from "../language/texts";
import { EmotionButtons } from "../page/emotionButtons";
import { findElement } from "../page/findElement";
import type { Controls, EmotionWeights } from "../protocol/messages";

type Mode = Controls["mode"];

export interface ChoicePanelListener {
  emotionChosen(weights: EmotionWeights): void;
  modeChosen(mode: Mode): void;
}

/** What a performer chooses: how their partner feels, and how it responds to them. */
export class ChoicePanel {
  private readonly emotions: readonly EmotionButtons[];
  private readonly fieldsets = document.querySelectorAll("fieldset");
  private readonly modes = findElement("#modes").querySelectorAll("button");
  private readonly invitation = findElement("#invitation");
  private mode: Mode = "mirror";

  constructor(listener: ChoicePanelListener) {
    this.emotions = [...document.querySelectorAll<HTMLFieldSetElement>(".emotions")].map(
      (fieldset) => new EmotionButtons(fieldset, (weights) => listener.emotionChosen(weights)),
    );
    for (const button of this.modes) {
      button.onclick = () => listener.modeChosen(button.dataset.mode as Mode);
    }
    findElement("button", this.invitation).onclick = () =>
      listener.modeChosen(this.mode === "mirror" ? "continue" : "mirror");
  }

  offerEmotions(labels: readonly string[]): void {
    for (const buttons of this.emotions) buttons.offer(labels);
  }

  showEmotion(weights: EmotionWeights): void {
    for (const buttons of this.emotions) buttons.show(weights);
  }

  /** Says in plain words how the partner responds. */
  showMode(mode: Mode): void {
    this.mode = mode;
    for (const button of this.modes) button.ariaPressed = String(button.dataset.mode === mode);
    const { partner, mode: words, invitation, letGo, copyMe } = texts.dance;
    const isOffered = [...this.modes].some((button) => button.dataset.mode === mode);
    findElement("#modes legend").textContent = isOffered ? partner : `${partner} ${words[mode]}`;
    const mirrors = mode === "mirror";
    findElement("p", this.invitation).textContent = mirrors ? invitation : "";
    findElement("button", this.invitation).textContent = mirrors ? letGo : copyMe;
  }

  /** @param invites Whether the performer is invited to let the partner go its own way. */
  showInvitation(invites: boolean): void {
    this.invitation.hidden = !invites || !["mirror", "continue"].includes(this.mode);
  }

  /** @param allowed Whether the server lets this performer choose. */
  allow(allowed: boolean): void {
    for (const fieldset of this.fieldsets) fieldset.disabled = !allowed;
    this.invitation.inert = !allowed;
  }
}
