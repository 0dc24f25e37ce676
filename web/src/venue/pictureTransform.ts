import { fullScreenCorners } from "./fullScreenCorners";
import { homography } from "./homography";
import type { PictureCorners } from "./pictureCorners";

/**
 * Says in CSS where the picture lies on a screen; its `transform-origin` must be the top left.
 *
 * @param corners Null for the whole screen.
 * @param mirror Whether left and right are exchanged.
 * @param width Width of the screen, CSS pixels, like `height`.
 */
export function pictureTransform(
  corners: PictureCorners | null,
  mirror: boolean,
  width: number,
  height: number,
): string {
  if (corners === null && !mirror) return "none";
  const [a, b, c, d, e, f, g, h] = homography(corners ?? fullScreenCorners);
  // Between pixels rather than shares: x = u width, y = v height; columns, as CSS wants them.
  const aspect = width / height;
  const columns = [
    [a, d / aspect, 0, g / width],
    [b * aspect, e, 0, h / height],
    [0, 0, 1, 0],
    [c * width, f * height, 0, 1],
  ];
  const matrix = `matrix3d(${columns.flat().join(",")})`;
  return mirror ? `${matrix} translateX(100%) scaleX(-1)` : matrix;
}
