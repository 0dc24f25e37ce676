import type { Landmark, Options, Pose, PoseConfig, Results } from "@mediapipe/pose";

/** What was found in one picture. */
export interface PoseDetection {
  /** 33 landmarks, metres, hip-centred. */
  readonly world: readonly Landmark[];
  /** The same in the picture, 0 to 1. */
  readonly picture: readonly Landmark[];
}

const FOLDER = "mediapipe/";
/** The server smooths what it retargets; smoothing twice would only add lag. */
const OPTIONS: Options = { modelComplexity: 1, smoothLandmarks: false };

declare global {
  interface Window {
    Pose?: new (config: PoseConfig) => Pose;
  }
}

/** MediaPipe Pose in this page; nothing is fetched but from this page's own server. */
export class PoseDetector {
  private result: PoseDetection | null = null;

  private constructor(private readonly pose: Pose) {
    pose.setOptions(OPTIONS);
    pose.onResults((results) => {
      this.result = detection(results);
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

  /** Finds the person in the picture now shown by a video; null when nobody is in it. */
  async detect(video: HTMLVideoElement): Promise<PoseDetection | null> {
    this.result = null;
    await this.pose.send({ image: video });
    return this.result;
  }
}

function detection(results: Partial<Results>): PoseDetection | null {
  const { poseWorldLandmarks: world, poseLandmarks: picture } = results;
  return world && picture ? { world, picture } : null;
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
