/** A pose to draw; the frame loop writes into one and the same. */
export interface Pose {
  /** World position of the hips, metres. */
  readonly hips: Float32Array;
  /** Local rotations, (x, y, z, w) joint after joint. */
  readonly rotations: Float32Array;
}

/**
 * Writes the pose between two others into a target, without allocating.
 *
 * @param alpha 0 gives `from`, 1 gives `to`, above 1 goes on at the same speed.
 * @param target Pose of the same size; may be one of the two.
 */
export function interpolatePose(from: Pose, to: Pose, alpha: number, target: Pose): void {
  for (let i = 0; i < 3; i++) {
    const start = from.hips[i] as number;
    target.hips[i] = start + ((to.hips[i] as number) - start) * alpha;
  }
  for (let at = 0; at < target.rotations.length; at += 4) {
    slerp(from.rotations, to.rotations, at, alpha, target.rotations);
  }
}

/** The shorter way round, at constant speed. */
function slerp(
  from: Float32Array,
  to: Float32Array,
  at: number,
  alpha: number,
  out: Float32Array,
): void {
  let cosine = 0;
  for (let i = at; i < at + 4; i++) cosine += (from[i] as number) * (to[i] as number);
  const sign = cosine < 0 ? -1 : 1;
  const angle = Math.acos(Math.min(1, cosine * sign));
  const sine = Math.sin(angle);
  // Below a hundredth of a degree the sines cancel out and a straight line is exact enough.
  const straight = sine < 1e-4;
  const a = straight ? 1 - alpha : Math.sin((1 - alpha) * angle) / sine;
  const b = (straight ? alpha : Math.sin(alpha * angle) / sine) * sign;
  for (let i = at; i < at + 4; i++) out[i] = a * (from[i] as number) + b * (to[i] as number);
}
