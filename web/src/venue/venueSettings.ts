import type { NightHours } from "./nightHours";
import type { PictureCorners } from "./pictureCorners";

/** What a venue asks of a page. */
export interface VenueSettings {
  /** An installation: nothing but the picture, and it looks after itself. */
  readonly kiosk: boolean;
  /** Nothing but the dancers, for a video mixer. */
  readonly transparent: boolean;
  /** Left and right are exchanged, for a projection from behind. */
  readonly mirror: boolean;
  /** Where the picture's corners lie on the screen; null for the whole screen. */
  readonly keystone: PictureCorners | null;
  /** Start with the corners to be moved. */
  readonly keystoneSetup: boolean;
  /** When the picture is dark; null for never. */
  readonly night: NightHours | null;
  /** After so many seconds with nobody there the page invites people; null for never. */
  readonly attract: number | null;
}
