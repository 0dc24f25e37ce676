const SENTENCES: Readonly<Record<string, string>> = {
  NotAllowedError:
    "The browser was not allowed to use the camera. Allow it beside the address and try again, or just watch.",
  NotFoundError: "No camera was found. Plug one in and try again, or just watch.",
  NotReadableError:
    "Another program is using the camera. Close that program and try again, or just watch.",
  AbortError: "The camera stopped while it was starting. Try again, or just watch.",
};

/**
 * Says in plain words why a camera could not be opened, and what to do.
 *
 * @param name Of the DOMException that `getUserMedia` threw.
 */
export function cameraSentence(name: string): string {
  const known = Object.hasOwn(SENTENCES, name) ? SENTENCES[name] : undefined;
  return known ?? `The camera could not be opened (${name}). Try again, or just watch.`;
}
