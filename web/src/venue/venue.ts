import "./venue.css";
import { AbsenceDetector } from "./absenceDetector";
import { fullScreenCorners } from "./fullScreenCorners";
import { isNight } from "./isNight";
import { KeystoneSetup } from "./keystoneSetup";
import type { PictureCorners } from "./pictureCorners";
import { pictureTransform } from "./pictureTransform";
import { reloadCounts } from "./reloadCounts";
import { toggleFullScreen } from "./toggleFullScreen";
import type { VenueSettings } from "./venueSettings";
import { wakeLock } from "./wakeLock";
import { Watchdog } from "./watchdog";

export interface VenueListener {
  /** Whether nobody is there, and the page invites people. */
  idleChanged(idle: boolean): void;
  /** Whether there is anything to see, by day and by night. */
  litChanged(lit: boolean): void;
}

/** Milliseconds between two looks at the clock. */
const PERIOD = 1000;
/** Until the picture has faded, milliseconds; as in the style sheet. */
const FADE = 4000;
const STUCK = "stuck";

/** What a page does in a venue: it fits the wall, keeps the hours, and looks after itself. */
export class Venue {
  /** Whether a performer is seen. */
  performerSeen = false;
  private readonly root = document.documentElement;
  private readonly picture = document.querySelector("#picture") as HTMLElement;
  private readonly watchdog = new Watchdog(now(), reloadCounts.count(STUCK));
  private readonly absence: AbsenceDetector | null;
  private corners: PictureCorners | null;
  private idle = false;
  private night = false;
  private newest = Number.NaN;

  constructor(
    private readonly settings: VenueSettings,
    private readonly listener: VenueListener,
  ) {
    this.absence = settings.attract === null ? null : new AbsenceDetector(settings.attract, now());
    this.corners = settings.keystone;
  }

  start(): void {
    const { kiosk, transparent, keystoneSetup } = this.settings;
    this.root.toggleAttribute("data-kiosk", kiosk);
    this.root.toggleAttribute("data-transparent", transparent);
    if (kiosk) wakeLock();
    if (kiosk) window.addEventListener("pointerdown", toggleFullScreen, { once: true });
    window.addEventListener("resize", () => this.placePicture());
    window.addEventListener("keydown", (event) => this.keyPressed(event));
    this.placePicture();
    if (keystoneSetup) this.setUpKeystone();
    setInterval(() => this.checkVenue(), PERIOD);
    this.checkVenue();
  }

  /** The frame of a sequence is on the screen. */
  frameShown(sequence: number): void {
    if (sequence === this.newest) return;
    if (Number.isNaN(this.newest)) reloadCounts.forget(STUCK);
    this.newest = sequence;
    this.watchdog.noteAlive(now());
  }

  private checkVenue(): void {
    if (this.absence) this.setIdle(this.absence.update(this.performerSeen, now()));
    if (this.settings.night) this.setNight(isNight(this.settings.night, new Date()));
    if (document.visibilityState === "hidden") this.watchdog.noteAlive(now());
    if (this.watchdog.isStuck(now())) void this.reloadStuckPage();
  }

  private setIdle(idle: boolean): void {
    if (idle === this.idle) return;
    this.idle = idle;
    this.root.toggleAttribute("data-idle", idle);
    this.listener.idleChanged(idle);
  }

  private setNight(night: boolean): void {
    if (night === this.night) return;
    this.night = night;
    this.root.toggleAttribute("data-night", night);
    if (!night) this.listener.litChanged(true);
    else setTimeout(() => this.night && this.listener.litChanged(false), FADE);
  }

  /** Reloads a stuck page; without its server that would only make it worse. */
  private async reloadStuckPage(): Promise<void> {
    this.watchdog.noteAlive(now());
    const answer = await fetch("healthz", { cache: "no-store" }).catch(() => null);
    if (answer?.ok) reloadCounts.reload(STUCK);
  }

  private keyPressed({ key, ctrlKey, metaKey, altKey, target }: KeyboardEvent): void {
    if (ctrlKey || metaKey || altKey || isField(target)) return;
    if (key === "f") toggleFullScreen();
    if (key === "k") this.setUpKeystone();
  }

  private setUpKeystone(): void {
    if (this.root.hasAttribute("data-keystone")) return;
    this.root.toggleAttribute("data-keystone", true);
    new KeystoneSetup(this.corners ?? fullScreenCorners, {
      changed: (corners) => this.keystone(corners),
      done: () => this.root.removeAttribute("data-keystone"),
    });
  }

  /** Puts the picture between corners, and these into the page's address. */
  private keystone(corners: PictureCorners | null): void {
    this.corners = corners;
    this.placePicture();
    const numbers = corners?.flat().map((share) => Number(share.toFixed(4)));
    const address = new URL(location.href);
    if (numbers) address.searchParams.set("keystone", numbers.join(","));
    else address.searchParams.delete("keystone");
    history.replaceState(history.state, "", address.href.replaceAll("%2C", ","));
  }

  private placePicture(): void {
    const { innerWidth, innerHeight } = window;
    const { corners, settings, picture } = this;
    picture.style.transform = pictureTransform(corners, settings.mirror, innerWidth, innerHeight);
  }
}

function isField(target: EventTarget | null): boolean {
  return target instanceof HTMLElement && target.matches("input, select, textarea");
}

function now(): number {
  return performance.now() / 1000;
}
