import { texts } from "../language/texts";

/**
 * Says in plain words why a camera could not be opened, and what to do.
 *
 * @param name Name of the DOMException that `getUserMedia` threw.
 */
export function cameraSentence(name: string): string {
  const { camera } = texts;
  if (name === "NotAllowedError") return camera.NotAllowedError;
  if (name === "NotFoundError") return camera.NotFoundError;
  if (name === "NotReadableError") return camera.NotReadableError;
  return name === "AbortError" ? camera.AbortError : camera.other(name);
}
