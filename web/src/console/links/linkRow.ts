import { saySentence } from "../../language/saySentence";
import { texts } from "../../language/texts";
import { makeElement } from "../../page/makeElement";
import { confirmTwice } from "../confirmTwice";
import { lampOf, packetRate, type SeenLink } from "./linkActivity";
import { kindName } from "./linkKinds";
import type { LinkState } from "./linkState";

/** What an operator does with a link. */
export interface LinkActions {
  change(id: number, change: { on: boolean } | { address: string }): void;
  remove(id: number): void;
  test(id: number): void;
}

/** One link: its lamp, what it does, and its buttons. */
export class LinkRow {
  readonly element: HTMLLIElement;
  private readonly name = makeElement("strong");
  private readonly activity = makeElement("small");
  private readonly trouble = makeElement("small", { className: "refusal" });
  private readonly toggle = makeElement("button", { type: "button" });
  private readonly testing = makeElement("button", { type: "button" }, texts.links.test);
  private readonly address = makeElement("input", { maxLength: 256, autocomplete: "off" });
  private seen: SeenLink | null = null;

  constructor(
    private link: LinkState,
    private readonly actions: LinkActions,
  ) {
    const words = makeElement("span", {}, this.name, this.activity, this.trouble);
    this.element = makeElement("li", { dataset: { link: String(link.id) } }, words, this.toggle);
    this.toggle.onclick = () => actions.change(link.id, { on: !this.link.on });
    this.testing.onclick = () => actions.test(link.id);
    this.address.value = link.address;
    if (link.sends) this.element.append(this.testing);
    if (!link.fixed) this.element.append(this.editor());
    this.showState(link, performance.now());
  }

  /** @param at When it was seen, milliseconds. */
  showState(link: LinkState, at: number): void {
    const now = { link, at };
    const lamp = lampOf(this.seen, now);
    const rate = packetRate(this.seen, now);
    this.link = link;
    this.seen = now;
    const { links } = texts;
    this.element.dataset.lamp = lamp;
    this.name.textContent = `${kindName(link.kind)} ${link.address}`;
    this.activity.textContent = [
      links.lamps[lamp],
      rate > 0 && links.rate(rate.toFixed(rate < 10 ? 1 : 0)),
      link.newest && saySentence(link.newest),
      link.fixed && links.fixed,
    ]
      .filter(Boolean)
      .join(" · ");
    this.trouble.textContent = troubleOf(link);
    this.toggle.textContent = link.on ? links.on : links.off;
    this.toggle.ariaPressed = String(link.on);
    this.toggle.ariaLabel = links.switchOf(this.name.textContent);
    this.testing.ariaLabel = links.testOf(this.name.textContent);
    this.testing.disabled = !link.on || link.failed !== null || link.testing;
  }

  private editor(): HTMLElement {
    const { links } = texts;
    const { id } = this.link;
    const remove = makeElement("button", { type: "button" }, links.remove);
    confirmTwice(remove, () => this.actions.remove(id));
    const form = makeElement(
      "form",
      { className: "edit" },
      makeElement("label", {}, links.address, this.address),
      makeElement("button", { type: "submit" }, links.change),
      remove,
    );
    form.onsubmit = (event) => {
      event.preventDefault();
      this.actions.change(id, { address: this.address.value });
    };
    const summary = makeElement("summary", { ariaLabel: links.edit(this.link.address) }, "⋯");
    return makeElement("details", {}, summary, form);
  }
}

function troubleOf({ failed, refused, refusal }: LinkState): string {
  if (failed) return saySentence(failed);
  return refusal ? texts.links.refused(refused, saySentence(refusal)) : "";
}
