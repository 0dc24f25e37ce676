type Json = Record<string, unknown>;

const FLOAT = 5126;
const UNSIGNED_SHORT = 5123;
const WIDTHS: Readonly<Record<string, number>> = { SCALAR: 1, VEC2: 2, VEC3: 3, VEC4: 4, MAT4: 16 };

/** Collects the numbers of a glTF document and packs both into a GLB. */
export class GlbWriter {
  private readonly chunks: Uint8Array[] = [];
  private readonly bufferViews: Json[] = [];
  private readonly accessors: Json[] = [];
  private length = 0;

  /** Returns the index of the buffer view that holds these bytes. */
  view(bytes: Uint8Array): number {
    const padded = new Uint8Array(Math.ceil(bytes.length / 4) * 4);
    padded.set(bytes);
    this.chunks.push(padded);
    this.bufferViews.push({ buffer: 0, byteOffset: this.length, byteLength: bytes.length });
    this.length += padded.length;
    return this.bufferViews.length - 1;
  }

  /** Returns the index of the accessor to these numbers; positions also get their bounds. */
  accessor(type: string, numbers: Float32Array | Uint16Array): number {
    const width = WIDTHS[type] ?? 1;
    const column = (at: number) => [...numbers].filter((_, i) => i % width === at);
    const bounds = (pick: (...values: number[]) => number) =>
      Array.from({ length: width }, (_, at) => pick(...column(at)));
    this.accessors.push({
      bufferView: this.view(new Uint8Array(numbers.buffer)),
      componentType: numbers instanceof Float32Array ? FLOAT : UNSIGNED_SHORT,
      count: numbers.length / width,
      type,
      ...(type === "VEC3" ? { min: bounds(Math.min), max: bounds(Math.max) } : {}),
    });
    return this.accessors.length - 1;
  }

  /** Packs the document with all that was collected. */
  pack(document: Json): Uint8Array<ArrayBuffer> {
    const { accessors, bufferViews } = this;
    const buffers = [{ byteLength: this.length }];
    const whole = { asset: { version: "2.0" }, ...document, accessors, bufferViews, buffers };
    return packGlb(JSON.stringify(whole), Buffer.concat(this.chunks));
  }
}

/** Packs any text and bytes into the container of a GLB, be they sound or not. */
export function packGlb(text: string, bytes: Uint8Array): Uint8Array<ArrayBuffer> {
  const json = Buffer.from(text);
  const chunks = [
    [0x4e4f534a, Buffer.concat([json, Buffer.alloc((4 - (json.length % 4)) % 4, " ")])],
    [0x004e4942, bytes],
  ] as const;
  const parts = chunks.flatMap(([type, content]) => [words(content.length, type), content]);
  const length = parts.reduce((sum, part) => sum + part.length, 12);
  return new Uint8Array(Buffer.concat([words(0x46546c67, 2, length), ...parts]));
}

function words(...values: number[]): Uint8Array {
  return new Uint8Array(Uint32Array.from(values).buffer);
}
