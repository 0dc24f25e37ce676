import type { Person } from "../protocol/encodeLandmarks";
import { CameraError } from "./cameraError";
import { openCamera } from "./openCamera";
import { type Detection, PoseDetector } from "./poseDetector";
import type { Preview } from "./preview";

export interface PerformerListener {
  /**
   * Landmarks are ready to go up; the picture itself never leaves the page.
   *
   * @param captured When the picture was taken, seconds of the page's clock.
   */
  landmarksFound(captured: number, people: readonly Person[]): void;
  /** The performer stopped by itself; a sentence says why. */
  failed(reason: string): void;
}

/** Just short of a thirtieth of a second, so that a 30 fps camera is not halved by its jitter. */
const SHORTEST_PERIOD = 0.03;

/** Somebody dancing before this page's webcam. */
export class Performer {
  private stream: MediaStream | null = null;
  private detector: PoseDetector | null = null;

  constructor(
    private readonly preview: Preview,
    private readonly listener: PerformerListener,
  ) {}

  /** Whether the camera is open. */
  get active(): boolean {
    return this.stream !== null;
  }

  /** Opens the camera and starts looking; says so to the listener when that fails. */
  async start(): Promise<boolean> {
    try {
      const stream = await openCamera();
      this.stream = stream;
      stream.getVideoTracks()[0]?.addEventListener("ended", () => {
        this.fail("The camera was taken away. Plug it in and try again, or just watch.");
      });
      const video = await this.preview.show(stream);
      this.detector ??= await PoseDetector.load();
      this.look(video, stream, this.detector).catch((error) => this.fail(sentence(error)));
      return true;
    } catch (error) {
      this.fail(sentence(error));
      return false;
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

  private async look(
    video: HTMLVideoElement,
    stream: MediaStream,
    detector: PoseDetector,
  ): Promise<void> {
    let last = Number.NEGATIVE_INFINITY;
    while (this.stream === stream) {
      const captured = (await nextPicture(video)) / 1000;
      if (captured - last < SHORTEST_PERIOD) continue;
      last = captured;
      const found = await detector.detect(video);
      if (this.stream !== stream) return;
      this.preview.draw(found);
      const aspect = video.videoWidth / video.videoHeight;
      this.listener.landmarksFound(captured, found ? [person(found, aspect)] : []);
    }
  }
}

/** @param aspect Of the picture, width by height. */
function person({ world, picture }: Detection, aspect: number): Person {
  return { world, image: picture.map(({ x, y }) => ({ x: (x - 0.5) * aspect, y: y - 0.5 })) };
}

function sentence(error: unknown): string {
  if (error instanceof CameraError) return error.message;
  return `Finding people in the picture failed: ${error}. Reload the page, or just watch.`;
}

/** Resolves at the next picture with the moment it was taken, milliseconds of the page's clock. */
function nextPicture(video: HTMLVideoElement): Promise<number> {
  return new Promise((resolve) => {
    video.requestVideoFrameCallback((now, { captureTime }) => resolve(captureTime ?? now));
  });
}
