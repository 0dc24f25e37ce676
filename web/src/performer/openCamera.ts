import { texts } from "../language/texts";
import { CameraError } from "./cameraError";
import { cameraSentence } from "./cameraSentence";

const WANTED: MediaStreamConstraints = {
  audio: false,
  video: {
    facingMode: "user",
    width: { ideal: 640 },
    height: { ideal: 480 },
    frameRate: { ideal: 30 },
  },
};

/**
 * Opens the webcam.
 *
 * @throws CameraError with a sentence for the performer.
 */
export async function openCamera(): Promise<MediaStream> {
  // Absent on pages that are neither https nor localhost.
  if (navigator.mediaDevices === undefined) throw new CameraError(texts.page.insecure);
  try {
    return await navigator.mediaDevices.getUserMedia(WANTED);
  } catch (error) {
    throw new CameraError(cameraSentence(error instanceof Error ? error.name : String(error)));
  }
}
