import { texts } from "../language/texts";
import type { Notice } from "./notice";
import { refusalSentence } from "./refusalSentence";

/** Refusals after which another stage is the way on. */
const GONE: readonly string[] = ["stage_ended", "unknown_stage"];

/**
 * Puts a refusal up, with a way on where there is one.
 *
 * @returns Whether it is one for the visitor.
 */
export function tellRefusal(notice: Notice, name: string): boolean {
  const sentence = refusalSentence(name);
  const query = new URLSearchParams(location.search);
  const elsewhere = GONE.includes(name) && query.has("stage");
  query.delete("stage");
  const leave = () => location.assign(`${location.pathname}?${query}`);
  if (sentence) notice.tell(sentence, elsewhere ? texts.page.mainStage : "", leave);
  return sentence !== null;
}
