import { languages } from "../language/languages";
import { texts } from "../language/texts";
import { lookCatalogue } from "../looks/lookCatalogue";
import { parseCorners } from "../venue/parseCorners";
import { parseNight } from "../venue/parseNight";
import type { Settings } from "./settings";

const QUALITIES = ["low", "medium", "high", "auto"] as const;
const CAMERAS = ["still", "directed"] as const;
const PLACEMENTS = ["alone", "beside", "facing", "mirror", "merged"] as const;
/** Browsers draw no more pictures at once than 16, and some fewer. */
const LONGEST_WALL = 8;
/** Seconds after which a kiosk invites people. */
const KIOSK_ATTRACT = 20;

/**
 * Reads the settings that a page's address carries: `?stage=left&look=ink&kiosk&night=22:00-08:00`.
 * What is not understood is left out, with a sentence in `complaints`.
 *
 * @param query Query string of the page's address.
 */
export function parseSettings(query: string): Settings {
  const parameters = new URLSearchParams(query);
  const complaints: string[] = [];
  const { settings: expected } = texts;
  function read<T>(name: string, wanted: string, parse: (text: string) => T | null): T | null {
    const text = parameters.get(name);
    const value = text ? parse(text) : null;
    if (text && value === null) complaints.push(expected.wrong(name, wanted, text));
    return value;
  }
  read("lang", expected.lang, oneOf(Object.keys(languages)));
  const kiosk = parameters.has("kiosk");
  const transparent = parameters.has("transparent");
  const keystone = read("keystone", expected.corners, parseCorners);
  return {
    stage: parameters.get("stage") || "default",
    wall: read("wall", expected.wall, stageNames) ?? [],
    quality: read("quality", expected.quality, oneOf(QUALITIES)) ?? "auto",
    look: read("look", expected.look, oneOf(Object.keys(lookCatalogue))),
    placement: read("placement", expected.placement, oneOf(PLACEMENTS)),
    // What lies over another picture or is fitted to a wall keeps to its place.
    camera:
      read("camera", expected.camera, oneOf(CAMERAS)) ??
      (keystone || transparent ? "still" : "directed"),
    debug: parameters.has("debug"),
    kiosk,
    transparent,
    mirror: parameters.has("mirror"),
    keystone,
    keystoneSetup: parameters.get("keystone") === "",
    night: read("night", expected.night, parseNight),
    attract: read("attract", expected.attract, positive) ?? (kiosk ? KIOSK_ATTRACT : null),
    sound: parameters.has("sound"),
    whip: read("whip", expected.whip, webAddress),
    complaints,
  };
}

function stageNames(text: string): readonly string[] | null {
  const names = text.split(",");
  return names.length <= LONGEST_WALL && names.every((name) => name !== "") ? names : null;
}

function webAddress(text: string): string | null {
  const address = URL.canParse(text) ? new URL(text) : null;
  return address && ["http:", "https:"].includes(address.protocol) ? address.href : null;
}

function oneOf<T extends string>(values: readonly T[]): (text: string) => T | null {
  return (text) => values.find((value) => value === text) ?? null;
}

function positive(text: string): number | null {
  return Number(text) > 0 ? Number(text) : null;
}
