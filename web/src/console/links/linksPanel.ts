import { findElement } from "../../page/findElement";
import type { ServerApi } from "../serverApi";
import { kindName, linkExamples } from "./linkKinds";
import { LinkRow } from "./linkRow";
import type { LinkState } from "./linkState";

/** The links to instruments of the show: added, switched, changed and tested while it runs. */
export class LinksPanel {
  private readonly list = findElement("#links ul");
  private readonly form = findElement<HTMLFormElement>("#links > form");
  private readonly kind = findElement<HTMLSelectElement>("#links > form [name=kind]");
  private readonly address = findElement<HTMLInputElement>("#links > form [name=address]");
  private readonly rows = new Map<number, LinkRow>();

  /**
   * @param api Interface of the server.
   * @param stage Name of the stage of this console.
   * @param tell Says a sentence to the operator.
   */
  constructor(
    private readonly api: ServerApi,
    stage: string,
    private readonly tell: (sentence: string) => void,
  ) {
    this.kind.append(...Object.keys(linkExamples).map((kind) => new Option(kindName(kind), kind)));
    this.kind.onchange = () => this.showExample();
    this.showExample();
    this.offerFile("fixture", "bhava.qxf", "");
    this.offerFile("layout", "open-stage-control.json", `?stage=${encodeURIComponent(stage)}`);
    this.form.onsubmit = (event) => {
      event.preventDefault();
      void this.addLink();
    };
  }

  /** Fetches how all links fare. */
  refresh(): Promise<void> {
    return this.attempt(async () =>
      this.showLinks(await this.api.requestServer<LinkState[]>("GET", "links")),
    );
  }

  /** Rows stay, with what is open or typed in them, as long as their links do. */
  private showLinks(links: readonly LinkState[]): void {
    const now = performance.now();
    const gone = new Set(this.rows.keys());
    for (const link of links) {
      gone.delete(link.id);
      const row = this.rows.get(link.id);
      if (row) row.showState(link, now);
      else this.addRow(link);
    }
    for (const id of gone) {
      this.rows.get(id)?.element.remove();
      this.rows.delete(id);
    }
  }

  private addRow(link: LinkState): void {
    const row = new LinkRow(link, {
      change: (id, change) => void this.request("PATCH", `links/${id}`, change),
      remove: (id) => void this.request("DELETE", `links/${id}`),
      test: (id) => void this.request("POST", `links/${id}/test`),
    });
    this.rows.set(link.id, row);
    this.list.append(row.element);
  }

  private async addLink(): Promise<void> {
    const { kind, address } = Object.fromEntries(new FormData(this.form));
    if (await this.request("POST", "links", { kind, address })) this.address.value = "";
  }

  private offerFile(button: string, name: string, query: string): void {
    findElement(`#links [name=${button}]`).onclick = () =>
      void this.attempt(() => this.api.downloadFile(`links/files/${name}${query}`, name));
  }

  private showExample(): void {
    this.address.placeholder = linkExamples[this.kind.value] ?? "";
  }

  /** Asks for something and shows what comes of it; returns whether the server did it. */
  private async request(method: string, path: string, body?: unknown): Promise<boolean> {
    let done = false;
    await this.attempt(async () => {
      await this.api.requestServer(method, path, body);
      done = true;
    });
    await this.refresh();
    return done;
  }

  private async attempt(action: () => Promise<void>): Promise<void> {
    try {
      await action();
    } catch (error) {
      this.tell((error as Error).message);
    }
  }
}
