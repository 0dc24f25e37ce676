import { texts } from "../language/texts";
import type { Look } from "../looks/look";
import type { SkeletonDescription } from "../protocol/messages";
import { AvatarError } from "./avatarError";
import type { AvatarLook } from "./avatarLook";
import { DropZone } from "./dropZone";
import { loadAvatar } from "./loadAvatar";
import { parseUrl } from "./parseUrl";

const PARAMETER = "avatar";

export interface VisitorAvatarListener {
  /** The partner shall look like this avatar, or like itself again. */
  avatarChanged(avatar: AvatarLook | null): void;
  /** A sentence for the visitor, or none any longer. */
  messageChanged(sentence: string | null): void;
}

/** The avatar that a visitor brought: dropped, chosen, or named by the page's address. */
export class VisitorAvatar {
  private readonly zone: DropZone;
  private skeleton: SkeletonDescription | null = null;
  private source: Blob | URL | null;
  private parts: readonly File[] = [];
  private avatar: AvatarLook | null = null;
  private readonly looks = new WeakSet<Look>();

  constructor(
    actions: HTMLElement,
    private readonly listener: VisitorAvatarListener,
  ) {
    this.zone = new DropZone(actions, {
      dropped: (source, parts) => void this.loadFrom(source, parts),
      dismissed: () => this.dismiss(),
    });
    const named = new URLSearchParams(location.search).get(PARAMETER);
    this.source = named ? parseUrl(named) : null;
    if (named && !this.source) listener.messageChanged(texts.avatar.noAddress(named));
  }

  /** Whether a look is of an avatar that was brought; these are disposed of here. */
  ownsLook(look: Look): boolean {
    return this.looks.has(look);
  }

  /** Takes the skeleton that avatars are to follow; one that already waits now comes. */
  setSkeleton(skeleton: SkeletonDescription): void {
    if (JSON.stringify(skeleton) === JSON.stringify(this.skeleton)) return;
    this.skeleton = skeleton;
    if (this.source) void this.loadFrom(this.source, this.parts);
  }

  private async loadFrom(source: Blob | URL, parts: readonly File[]): Promise<void> {
    this.source = source;
    this.parts = parts;
    this.listener.messageChanged(null);
    this.zone.show(0);
    if (!this.skeleton) return;
    const isLatest = () => this.source === source;
    try {
      const avatar = await loadAvatar(
        source,
        this.skeleton,
        (share) => {
          if (isLatest()) this.zone.show(share);
        },
        parts,
      );
      if (isLatest()) this.replaceAvatar(avatar, source);
      else avatar.dispose();
    } catch (error) {
      if (isLatest()) this.reportFailure(error);
    }
  }

  private dismiss(): void {
    this.source = null;
    this.replaceAvatar(null, null);
  }

  private replaceAvatar(avatar: AvatarLook | null, source: Blob | URL | null): void {
    const before = this.avatar;
    this.avatar = avatar;
    if (avatar) this.looks.add(avatar);
    this.listener.avatarChanged(avatar);
    before?.dispose();
    this.zone.show(avatar ? "present" : "absent");
    rememberInAddress(source instanceof URL ? source : null);
  }

  /** Whoever dances now goes on. */
  private reportFailure(error: unknown): void {
    console.warn(error);
    const known = error instanceof AvatarError;
    const sentence = known ? error.message : texts.avatar.failed;
    this.listener.messageChanged(sentence);
    this.zone.show(this.avatar ? "present" : "absent");
  }
}

/** The page's address names the avatar of the moment, if it has an address. */
function rememberInAddress(avatar: URL | null): void {
  const address = new URL(location.href);
  const [before, now] = [address.searchParams.get(PARAMETER), avatar?.href];
  if (before && now && parseUrl(before)?.href === now) return;
  if (now) address.searchParams.set(PARAMETER, now);
  else address.searchParams.delete(PARAMETER);
  history.replaceState(history.state, "", address);
}
