const SENTENCES: Readonly<Record<string, string>> = {
  performer_taken:
    "Somebody else is dancing before this partner. Watch, and try again when they have gone.",
  source_not_browser:
    "This partner watches another performer. Start the server with --source browser to dance here.",
  not_operator: "A performer dances; somebody else operates.",
  wrong_key: "Only operators with the key may change the show. Watch and enjoy.",
  unknown_stage: "There is no such stage. Look at the address.",
  stage_ended: "The show on this stage is over.",
  performer_absent: "There is nobody to take up yet. Step in front of the camera.",
};

/** Says a refusal to the visitor; null when it is not for them but for the browser's log. */
export function refusalSentence(name: string): string | null {
  return Object.hasOwn(SENTENCES, name) ? (SENTENCES[name] ?? null) : null;
}
