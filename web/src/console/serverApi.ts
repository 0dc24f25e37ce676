import { saySentence } from "../language/saySentence";
import { texts } from "../language/texts";
import type { Status, Told } from "../protocol/messages";

/** What the server says about one stage over HTTP. */
export interface StageState {
  readonly name: string;
  readonly ready: boolean;
  readonly status: {
    readonly source: string;
    readonly source_state: Status["source_state"];
    readonly viewers: number;
  };
  /** Why the source is lost; null otherwise. */
  readonly source_detail: Told | null;
  /** Why the newest change of model or the recording failed; null if it did not. */
  readonly refused: Told | null;
  /** Name of the take that is being recorded; empty while none is. */
  readonly take: string;
  /** For each viewer that acknowledges, how many frames it has not shown yet. */
  readonly behind: readonly number[];
}

/** What has been tried at the server's door. */
export interface DoorState {
  /** Wrong keys of the last minutes. */
  readonly wrong_keys_lately: number;
  /** How many minutes that are. */
  readonly minutes: number;
}

/** The HTTP interface of the server, as an operator uses it. */
export class ServerApi {
  /** What this key may not see: it is not asked for again. */
  private readonly denied = new Map<string, Error>();

  /**
   * @param stage Name of the stage that the console is for.
   * @param key The operator's key or a token; empty where the server asks for none.
   */
  constructor(
    private readonly stage: string,
    public key: string,
  ) {}

  /**
   * Asks for something of this stage.
   *
   * @param path Below the stage; empty for its state.
   * @throws Error with a sentence for the operator.
   */
  requestStage<T>(method: string, path: string, body?: unknown): Promise<T> {
    const stage = `stages/${encodeURIComponent(this.stage)}`;
    return this.requestServer<T>(method, path === "" ? stage : `${stage}/${path}`, body);
  }

  /** Asks for something of the whole server. */
  async requestServer<T>(method: string, path: string, body?: unknown): Promise<T> {
    const answer = await this.fetchAnswer(method, path, body);
    return answer.status === 204 ? (undefined as T) : answer.json();
  }

  /** Hands a file of the server to the operator. */
  async downloadFile(path: string, name: string): Promise<void> {
    const file = await (await this.fetchAnswer("GET", path)).blob();
    const link = document.createElement("a");
    link.href = URL.createObjectURL(file);
    link.download = name;
    link.click();
    setTimeout(() => URL.revokeObjectURL(link.href), 60_000);
  }

  private async fetchAnswer(method: string, path: string, body?: unknown): Promise<Response> {
    const asked = `${this.key} ${method} ${path}`;
    const denial = this.denied.get(asked);
    if (denial && method === "GET") throw denial;
    const answer = await fetch(`api/${path}`, {
      method,
      headers: {
        "X-Operator-Key": headerOf(this.key),
        ...(body !== undefined && { "Content-Type": "application/json" }),
      },
      ...(body !== undefined && { body: JSON.stringify(body) }),
    }).catch(() => {
      throw new Error(texts.server.silent);
    });
    if (answer.ok) return answer;
    const problem = new Error(await problemSentence(answer));
    if (answer.status === 403) this.denied.set(asked, problem);
    throw problem;
  }
}

/** Spells a key for a header, which takes ASCII alone: RFC 8187. */
function headerOf(key: string): string {
  return /^[\x20-\x7e]*$/.test(key) ? key : `UTF-8''${encodeURIComponent(key)}`;
}

async function problemSentence(answer: Response): Promise<string> {
  const { detail, key, values } = await answer.json().catch(() => ({ detail: "" }));
  const said = key ? saySentence({ key, values, text: detail }) : (detail ?? answer.status);
  const sentences: Readonly<Record<number, unknown>> = texts.server;
  const known = sentences[answer.status] ?? texts.server.other;
  return texts.server.problem(String(known), String(said));
}
