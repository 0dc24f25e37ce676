/**
 * Paints eyebrows, lashes of closed eyes and lips onto a face: a function for a fragment shader.
 *
 * Drawn as curves over the place in rest, so that they are crisp however coarse the surface is.
 * All lengths are metres from the head's joint on a figure of 1.70 m.
 */
export const FACE_PAINT = `
uniform vec4 headPlace;
uniform float facePaint;

float stroke(float along, float across, float halfWidth) {
  float ends = smoothstep(0.0, 0.12, along) * smoothstep(1.0, 0.88, along);
  return ends * smoothstep(0.0009, -0.0004, abs(across) - halfWidth);
}

/** How much of the costume is left: cut out around the neck, deeper at the back. */
float neckline(vec3 rest) {
  vec3 p = (rest - headPlace.xyz) / headPlace.w;
  float depth = p.z > -0.02 ? 0.095 : 0.13;
  return smoothstep(0.98, 1.02, length(vec2(p.x / 0.083, (p.y + 0.09) / depth)));
}

vec3 paintFace(vec3 skin, vec3 rest) {
  vec3 p = (rest - headPlace.xyz) / headPlace.w;
  if (p.z < 0.04 || p.y < 0.0 || p.y > 0.14) return skin;
  float x = abs(p.x);
  float brow = (x - 0.013) / 0.037;
  float browHeight = 0.1075 + 0.0075 * sin(2.3 * brow) - 0.002 * brow;
  float hair = 0.75 * facePaint * stroke(brow, p.y - browHeight, 0.0024 - 0.0016 * brow);
  float lid = (x - 0.019) / 0.029;
  float lidHeight = 0.0855 - 0.0042 * sin(3.14159 * clamp(lid, 0.0, 1.0)) + 0.001 * lid;
  hair = max(hair, 0.9 * facePaint * stroke(lid, p.y - lidHeight, 0.0007 + 0.0005 * lid));
  float mouth = clamp(1.0 - x * x / (0.0215 * 0.0215), 0.0, 1.0);
  float bow = 0.0014 * exp(-x * x / 2e-5);
  float upper = 0.0292 + 0.0072 * mouth - bow;
  float lower = 0.0292 - 0.0085 * mouth;
  float lips = smoothstep(0.0, 0.001, min(upper - p.y, p.y - lower)) * step(x, 0.0215);
  float line = stroke(0.5 + 0.5 * (1.0 - mouth), p.y - 0.0288 - 0.0012 * (1.0 - mouth), 0.0003);
  vec3 painted = mix(skin, skin * vec3(0.78, 0.42, 0.4), 0.55 * facePaint * lips);
  painted = mix(painted, skin * vec3(0.3, 0.14, 0.12), 0.7 * facePaint * line);
  return mix(painted, skin * 0.06, hair);
}
`;
