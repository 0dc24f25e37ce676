import "./avatars.css";
import { texts } from "../language/texts";
import { parseUrl } from "./parseUrl";

/** What the button says: `absent` and `present` are about an avatar; a number is a share loaded. */
export type AvatarState = "absent" | "present" | number;

export interface DropListener {
  /** A file was dropped or chosen, with others beside it, or a link was dropped. */
  dropped(source: Blob | URL, parts: readonly File[]): void;
  dismissed(): void;
}

/** Takes avatars in: dropped anywhere on the page, or chosen with a button. */
export class DropZone {
  private readonly hint = document.createElement("div");
  private readonly button = document.createElement("button");
  private readonly chooser = document.createElement("input");
  private state: AvatarState = "absent";

  /** @param actions Where the button goes. */
  constructor(
    actions: HTMLElement,
    private readonly listener: DropListener,
  ) {
    this.hint.id = "avatar-hint";
    this.hint.hidden = true;
    this.hint.textContent = texts.avatar.hint;
    this.chooser.type = "file";
    this.chooser.accept = ".vrm,.glb,.gltf,.bin,.png,.jpg,.jpeg,model/gltf-binary";
    this.chooser.multiple = true;
    this.chooser.hidden = true;
    this.chooser.onchange = () => this.choose();
    this.button.type = "button";
    this.button.id = "avatar";
    this.button.onclick = () => this.press();
    actions.append(this.button, this.chooser);
    document.body.append(this.hint);
    this.show("absent");
    this.listen();
  }

  /** Says on the button how the avatar stands. */
  show(state: AvatarState): void {
    this.state = state;
    const loading = typeof state === "number";
    const percent = loading && state > 0 ? ` ${Math.round(state * 100)} %` : "";
    const idle = state === "present" ? texts.avatar.dismiss : texts.avatar.bring;
    this.button.textContent = loading ? texts.avatar.loading(percent) : idle;
    this.button.ariaPressed = String(state === "present");
    this.button.disabled = loading;
  }

  private press(): void {
    if (this.state === "present") this.listener.dismissed();
    else this.chooser.click();
  }

  private choose(): void {
    this.drop([...(this.chooser.files ?? [])]);
    // The same file, mended, may be chosen again.
    this.chooser.value = "";
  }

  private listen(): void {
    window.addEventListener("dragover", (event) => {
      if (!carriesAvatar(event.dataTransfer)) return;
      event.preventDefault();
      this.hint.hidden = false;
    });
    window.addEventListener("dragleave", (event) => {
      if (event.relatedTarget === null) this.hint.hidden = true;
    });
    window.addEventListener("drop", (event) => {
      this.hint.hidden = true;
      const files = [...(event.dataTransfer?.files ?? [])];
      const link = linkOf(event.dataTransfer);
      if (files.length === 0 && !link) return;
      event.preventDefault();
      if (files.length > 0) this.drop(files);
      else if (link) this.listener.dropped(link, []);
    });
  }

  /** Of several files one is the avatar, and the others are its parts. */
  private drop(files: readonly File[]): void {
    const main = files.find(({ name }) => /\.(vrm|glb|gltf)$/i.test(name)) ?? files[0];
    if (main) this.listener.dropped(main, files);
  }
}

function carriesAvatar(transfer: DataTransfer | null): boolean {
  return transfer?.types.some((type) => type === "Files" || type === "text/uri-list") ?? false;
}

function linkOf(transfer: DataTransfer | null): URL | null {
  const [link] = transfer?.getData("text/uri-list").match(/^[^#\s].*$/m) ?? [];
  return link === undefined ? null : parseUrl(link);
}
