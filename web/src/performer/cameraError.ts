/** A camera that cannot be had, said in a sentence for the performer. */
export class CameraError extends Error {
  override readonly name = "CameraError";
}
