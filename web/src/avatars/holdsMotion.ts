/** Beginnings of C3D (but for its first byte), arrays of NumPy, archives of these, and VMD. */
const BEGINNINGS = ["NUMPY", "PK", "Vocaloid Motion"];

/** Tells whether a file that is no GLB holds motion, by its first bytes. */
export function holdsMotion(start: Uint8Array): boolean {
  // Letters alone, so that BVH in letters of two bytes and byte order marks make no difference.
  const text = String.fromCharCode(...start.filter((byte) => byte >= 32 && byte < 127));
  const isC3d = (start[0] ?? 0) < 32 && start[1] === "P".charCodeAt(0);
  return (
    isC3d ||
    text.trimStart().toUpperCase().startsWith("HIERAR") ||
    BEGINNINGS.some((beginning) => text.startsWith(beginning))
  );
}
