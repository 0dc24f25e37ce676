/**
 * How somebody stands in the picture of their camera.
 *
 * - nobody, dark: nobody is found; dark: because there is too little light
 * - near: neither head nor feet are in it; head, feet: these are cut off
 * - far: too small
 * - left, right: they must step to their left or right
 * - good: whole, and with room
 */
export type Framing =
  | "nobody"
  | "dark"
  | "near"
  | "head"
  | "feet"
  | "far"
  | "left"
  | "right"
  | "good";
