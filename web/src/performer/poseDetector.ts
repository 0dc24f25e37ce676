import type { Options, Pose, PoseConfig, Results } from "@mediapipe/pose";
import type { Landmarks } from "../protocol/encodeLandmarks";
import { bestQuality } from "../quality";

const FOLDER = "mediapipe/";
/** The server smooths what it retargets; smoothing twice would only add lag. */
const OPTIONS: Options = { modelComplexity: 1, smoothLandmarks: false };
/**
 * Where WebGL is drawn by the CPU, a picture takes 1.7 s by it and 0.07 s without. MediaPipe's documentation and types
 * lack this option (findings/mediapipe-pose-cpu.sh). Elsewhere its own choice stays, which knows devices of Apple.
 */
const IN_SOFTWARE = { ...OPTIONS, useCpuInference: true };

declare global {
  interface Window {
    Pose?: new (config: PoseConfig) => Pose;
  }
}

/** MediaPipe Pose in this page; nothing is fetched but from this page's own server. */
export class PoseDetector {
  private result: Partial<Results> = {};

  private constructor(private readonly pose: Pose) {
    pose.setOptions(bestQuality() === "high" ? OPTIONS : IN_SOFTWARE);
    pose.onResults((results) => {
      this.result = results;
    });
  }

  /** Loads some 16 MB, so only when somebody performs. */
  static async load(): Promise<PoseDetector> {
    if (window.Pose === undefined) await loadScript(`${FOLDER}pose.js`);
    if (window.Pose === undefined) throw new Error("expected pose.js to define Pose");
    const pose = new window.Pose({ locateFile: (file) => FOLDER + file });
    const detector = new PoseDetector(pose);
    await pose.initialize();
    return detector;
  }

  /** Finds one person in a picture, the same as before where they are still there; or null. */
  async detect(picture: HTMLCanvasElement): Promise<Landmarks | null> {
    this.result = {};
    await this.pose.send({ image: picture });
    const { poseWorldLandmarks: world, poseLandmarks: places } = this.result;
    if (!world || !places) return null;
    const aspect = picture.width / picture.height;
    return { world, image: places.map(({ x, y }) => ({ x: (x - 0.5) * aspect, y: y - 0.5 })) };
  }
}

function loadScript(source: string): Promise<void> {
  return new Promise((resolve, reject) => {
    const script = document.createElement("script");
    script.src = source;
    script.onload = () => resolve();
    script.onerror = () => reject(new Error(`expected ${source} on the server, got nothing`));
    document.head.append(script);
  });
}
