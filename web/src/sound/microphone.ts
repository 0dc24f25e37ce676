import type { Beat } from "../protocol/messages";
import type { HeardBeat } from "./findBeat";

/** Length of the analyser's window, samples; two thirds of a second. */
const WINDOW = 32768;
/** Between two looks at the window, milliseconds: it must not run full. */
const PERIOD = 250;
/** How much sound a beat is guessed from, at the first guess and later, seconds. */
const FIRST = 6;
const MEMORY = 10;
/** Between two guesses, seconds. */
const GUESS_EVERY = 2;
/** Sound as it is; speech filters would take drums and timecode away. */
export const UNFILTERED: MediaTrackConstraints = {
  echoCancellation: false,
  noiseSuppression: false,
  autoGainControl: false,
};

/** Hears the beat of the music in the room. Its sound stays on this machine. */
export class Microphone {
  private readonly memory: Float32Array<ArrayBuffer>;
  private readonly window = new Float32Array(WINDOW);
  private readonly analyser: AnalyserNode;
  private readonly worker = new Worker(new URL("./beatWorker.ts", import.meta.url), {
    type: "module",
  });
  private readonly timer: ReturnType<typeof setInterval>;
  private heard = 0;
  private readAt: number;
  private guessedAt = 0;

  /**
   * @param listener Is told each guess, `at` in seconds of the page's clock; null for no clear beat.
   */
  private constructor(
    private readonly context: AudioContext,
    private readonly stream: MediaStream,
    private readonly listener: (beat: Beat | null) => void,
  ) {
    this.memory = new Float32Array(MEMORY * context.sampleRate);
    this.analyser = new AnalyserNode(context, { fftSize: WINDOW });
    context.createMediaStreamSource(stream).connect(this.analyser);
    this.readAt = context.currentTime;
    this.timer = setInterval(() => this.readWindow(), PERIOD);
  }

  /** @throws DOMException when there is no microphone or it may not be used. */
  static async open(listener: (beat: Beat | null) => void): Promise<Microphone> {
    if (navigator.mediaDevices === undefined) throw new DOMException("no secure page");
    const stream = await navigator.mediaDevices.getUserMedia({ audio: UNFILTERED });
    const context = new AudioContext();
    await context.resume();
    return new Microphone(context, stream, listener);
  }

  close(): void {
    clearInterval(this.timer);
    this.worker.terminate();
    for (const track of this.stream.getTracks()) track.stop();
    void this.context.close();
  }

  /** Puts what was heard since the last look behind what was heard before. */
  private readWindow(): void {
    const now = this.context.currentTime;
    const fresh = Math.round((now - this.readAt) * this.context.sampleRate);
    this.readAt = now;
    this.analyser.getFloatTimeDomainData(this.window);
    if (fresh > WINDOW) this.heard = 0;
    const taken = Math.min(fresh, WINDOW);
    this.memory.copyWithin(0, taken);
    this.memory.set(this.window.subarray(WINDOW - taken), this.memory.length - taken);
    this.heard = Math.min(this.heard + taken, this.memory.length);
    const known = this.heard / this.context.sampleRate;
    if (known < FIRST || now - this.guessedAt < GUESS_EVERY) return;
    this.guessedAt = now;
    this.findBeat(performance.now() / 1000 - known);
  }

  /** @param start When what was heard begins, seconds of the page's clock. */
  private findBeat(start: number): void {
    this.worker.onmessage = ({ data: found }: MessageEvent<HeardBeat | null>) =>
      this.listener(found && { bpm: found.bpm, at: start + found.offset });
    const samples = this.memory.slice(this.memory.length - this.heard);
    this.worker.postMessage({ samples, rate: this.context.sampleRate });
  }
}
