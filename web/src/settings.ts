/** low: for software rendering and weak machines; no shadows, half the resolution. */
export type Quality = "low" | "high";

export interface Settings {
  /** Name of the stage to watch. */
  readonly stage: string;
  readonly quality: Quality;
  /** Start with the webcam as the performer. */
  readonly performer: boolean;
  readonly debug: boolean;
}

/**
 * Reads the settings that a page's address carries: `?stage=left&quality=low&performer&debug`.
 *
 * @param query Of the address.
 * @param usual Quality when the address names none.
 */
export function settings(query: string, usual: Quality): Settings {
  const parameters = new URLSearchParams(query);
  const quality = parameters.get("quality");
  return {
    stage: parameters.get("stage") ?? "default",
    quality: quality === "low" || quality === "high" ? quality : usual,
    performer: parameters.has("performer") || parameters.get("source") === "webcam",
    debug: parameters.has("debug"),
  };
}
