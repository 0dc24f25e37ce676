import { texts } from "../language/texts";
import type { Look } from "../looks/look";
import type { SkeletonDescription } from "../protocol/messages";
import { GuestError } from "./avatarError";
import type { GuestLook } from "./avatarLook";
import { DropZone } from "./dropZone";
import { loadGuest } from "./loadAvatar";
import { parseUrl } from "./parseUrl";

const PARAMETER = "avatar";

export interface GuestsListener {
  /** The partner shall look like this avatar, or like itself again. */
  guestChanged(guest: GuestLook | null): void;
  /** A sentence for the visitor, or none any longer. */
  guestTold(sentence: string | null): void;
}

/** The avatar that a visitor brought: dropped, chosen, or named by the page's address. */
export class Guests {
  private readonly zone: DropZone;
  private skeleton: SkeletonDescription | null = null;
  private source: Blob | URL | null;
  private guest: GuestLook | null = null;
  private readonly looks = new WeakSet<Look>();

  constructor(
    actions: HTMLElement,
    private readonly listener: GuestsListener,
  ) {
    this.zone = new DropZone(actions, {
      dropped: (source) => void this.receive(source),
      dismissed: () => this.dismiss(),
    });
    const named = new URLSearchParams(location.search).get(PARAMETER);
    this.source = named ? parseUrl(named) : null;
    if (named && !this.source) listener.guestTold(texts.guest.noAddress(named));
  }

  /** Whether a look is of an avatar that was brought; these are disposed of here. */
  owns(look: Look): boolean {
    return this.looks.has(look);
  }

  /** Takes the skeleton that avatars are to follow; one that already waits now comes. */
  follow(skeleton: SkeletonDescription): void {
    if (JSON.stringify(skeleton) === JSON.stringify(this.skeleton)) return;
    this.skeleton = skeleton;
    if (this.source) void this.receive(this.source);
  }

  private async receive(source: Blob | URL): Promise<void> {
    this.source = source;
    this.listener.guestTold(null);
    this.zone.show(0);
    if (!this.skeleton) return;
    const isLatest = () => this.source === source;
    try {
      const guest = await loadGuest(source, this.skeleton, (share) => {
        if (isLatest()) this.zone.show(share);
      });
      if (isLatest()) this.change(guest, source);
      else guest.dispose();
    } catch (error) {
      if (isLatest()) this.fail(error);
    }
  }

  private dismiss(): void {
    this.source = null;
    this.change(null, null);
  }

  private change(guest: GuestLook | null, source: Blob | URL | null): void {
    const before = this.guest;
    this.guest = guest;
    if (guest) this.looks.add(guest);
    this.listener.guestChanged(guest);
    before?.dispose();
    this.zone.show(guest ? "present" : "absent");
    remember(source instanceof URL ? source : null);
  }

  /** Whoever dances now goes on. */
  private fail(error: unknown): void {
    console.warn(error);
    const known = error instanceof GuestError;
    const sentence = known ? error.message : texts.guest.failed;
    this.listener.guestTold(sentence);
    this.zone.show(this.guest ? "present" : "absent");
  }
}

/** The page's address names the avatar of the moment, if it has an address. */
function remember(avatar: URL | null): void {
  const address = new URL(location.href);
  const [before, now] = [address.searchParams.get(PARAMETER), avatar?.href];
  if (before && now && parseUrl(before)?.href === now) return;
  if (now) address.searchParams.set(PARAMETER, now);
  else address.searchParams.delete(PARAMETER);
  history.replaceState(history.state, "", address);
}
