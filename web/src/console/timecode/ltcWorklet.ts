import { LtcDecoder, type LtcFrame } from "./ltcDecoder";

// What the scope of an AudioWorklet has and TypeScript's library leaves out.
declare const currentTime: number;
declare const sampleRate: number;
declare const registerProcessor: (name: string, processor: unknown) => void;
declare class AudioWorkletProcessor {
  readonly port: MessagePort;
}

/** A frame of timecode as it travels to the page, whose clock is another. */
export interface LtcMessage extends LtcFrame {
  /** Seconds since it was there. */
  readonly age: number;
}

/** Decodes every channel of a sound input beside the page: timecode often comes on one alone. */
class LtcProcessor extends AudioWorkletProcessor {
  private readonly decoders: LtcDecoder[] = [];

  process([channels = []]: Float32Array[][]): boolean {
    for (const [index, samples] of channels.entries()) {
      this.decoders[index] ??= new LtcDecoder(sampleRate);
      const end = currentTime + samples.length / sampleRate;
      for (const frame of this.decoders[index].receive(samples, currentTime))
        this.port.postMessage({ ...frame, age: end - frame.at } satisfies LtcMessage);
    }
    return true;
  }
}

registerProcessor("ltc", LtcProcessor);
