import type { Controls } from "../protocol/messages";
import type { Quality } from "../quality";
import type { VenueSettings } from "../venue/venueSettings";

/** What a page's address sets. */
export interface Settings extends VenueSettings {
  /** Name of the stage to watch. */
  readonly stage: string;
  /** Names of the stages that make up one picture; none for a page of one stage. */
  readonly wall: readonly string[];
  /** auto: as much as holds the display's rate. */
  readonly quality: Quality | "auto";
  /** Name of the partner's look; null where the address names none. */
  readonly look: string | null;
  /** How performers are shown on this page; null leaves it to the operators. */
  readonly placement: Controls["placement"] | null;
  /** Whether the camera goes by the dance, or keeps to one place. */
  readonly camera: "still" | "directed";
  readonly debug: boolean;
  /** Show the controls of the beat. */
  readonly sound: boolean;
  /** Where the picture is sent to by WHIP; null for nowhere. */
  readonly whip: string | null;
  /** A sentence for each part of the address that is not understood. */
  readonly complaints: readonly string[];
}
