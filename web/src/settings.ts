/** How much is drawn; low: for software rendering and weak machines. */
export type Quality = "low" | "medium" | "high";

export interface Settings {
  /** Name of the stage to watch. */
  readonly stage: string;
  /** auto: as much as holds the display's rate. */
  readonly quality: Quality | "auto";
  /** Name of the partner's look; null where the address names none. */
  readonly look: string | null;
  /** Start with the webcam as the performer. */
  readonly performer: boolean;
  readonly debug: boolean;
}

/**
 * Reads the settings that a page's address carries: `?stage=left&look=ink&performer&debug`.
 *
 * @param query Of the address.
 */
export function settings(query: string): Settings {
  const parameters = new URLSearchParams(query);
  const quality = parameters.get("quality");
  return {
    stage: parameters.get("stage") ?? "default",
    quality: quality === "low" || quality === "medium" || quality === "high" ? quality : "auto",
    look: parameters.get("look"),
    performer: parameters.has("performer") || parameters.get("source") === "webcam",
    debug: parameters.has("debug"),
  };
}
