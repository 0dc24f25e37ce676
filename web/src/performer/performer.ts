import { texts } from "../language/texts";
import { BrightnessMeter } from "./brightnessMeter";
import { CameraError } from "./cameraError";
import type { CameraSight } from "./cameraSight";
import { openCamera } from "./openCamera";
import { PeopleDetector } from "./peopleDetector";
import { PictureRate } from "./pictureRate";
import type { Preview } from "./preview";

export interface PerformerListener {
  /** The camera is open; finding people in its pictures is now prepared. */
  opened(): void;
  pictureSeen(sight: CameraSight): void;
  /** The performer stopped by itself; a sentence says why. */
  failed(reason: string): void;
}

/** Just short of a thirtieth of a second, so that a 30 fps camera is not halved by its jitter. */
const SHORTEST_PERIOD = 0.03;

/** Those who dance before this page's webcam. */
export class Performer {
  private stream: MediaStream | null = null;
  private detector: PeopleDetector | null = null;
  private readonly meter = new BrightnessMeter();

  constructor(
    private readonly preview: Preview,
    private readonly listener: PerformerListener,
  ) {}

  /** Opens the camera and starts looking; says so to the listener when that fails. */
  async start(): Promise<void> {
    this.stop();
    try {
      const stream = await openCamera();
      this.stream = stream;
      stream.getVideoTracks()[0]?.addEventListener("ended", () => this.fail(texts.camera.taken));
      const video = await this.preview.show(stream);
      this.listener.opened();
      this.detector ??= await PeopleDetector.load();
      await this.watchVideo(video, stream, this.detector);
    } catch (error) {
      this.fail(failureSentence(error));
    }
  }

  stop(): void {
    for (const track of this.stream?.getTracks() ?? []) track.stop();
    this.stream = null;
    this.preview.hide();
  }

  private fail(reason: string): void {
    this.stop();
    this.listener.failed(reason);
  }

  private async watchVideo(
    video: HTMLVideoElement,
    stream: MediaStream,
    detector: PeopleDetector,
  ): Promise<void> {
    const rate = new PictureRate();
    let last = Number.NEGATIVE_INFINITY;
    while (this.stream === stream) {
      const { time, captured, count } = await nextPicture(video);
      rate.update(time, count);
      if (captured - last < SHORTEST_PERIOD) continue;
      last = captured;
      const people = await detector.detect(video, captured);
      if (this.stream !== stream) return;
      this.preview.draw(people);
      const aspect = video.videoWidth / video.videoHeight;
      const brightness = this.meter.measure(video);
      this.listener.pictureSeen({ captured, people, aspect, brightness, rate: rate.rate });
    }
  }
}

function failureSentence(error: unknown): string {
  if (error instanceof CameraError) return error.message;
  return texts.camera.failed(String(error));
}

interface Picture {
  /** When it was taken, seconds of the page's clock. */
  readonly captured: number;
  /** The same on the camera's clock. */
  readonly time: number;
  /** Number of pictures up to this one. */
  readonly count: number;
}

function nextPicture(video: HTMLVideoElement): Promise<Picture> {
  return new Promise((resolve) => {
    video.requestVideoFrameCallback((now, { captureTime, mediaTime, presentedFrames }) =>
      resolve({
        captured: (captureTime ?? now) / 1000,
        time: mediaTime,
        count: presentedFrames,
      }),
    );
  });
}
