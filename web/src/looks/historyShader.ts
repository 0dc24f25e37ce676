/**
 * GLSL that looks up where a figure was, in the texture of a `MotionHistory`.
 *
 * Ages are seconds before now; places are in the world, rest places on the figure in rest.
 */
export const historyShader = `
uniform highp sampler2D history;
uniform float historyNewest;
uniform float historyGap;

vec3 turned(vec4 q, vec3 v) {
  return v + 2.0 * cross(q.xyz, cross(q.xyz, v) + q.w * v);
}

/** Place and rotation of a joint. */
void jointAt(int joint, float age, out vec3 place, out vec4 rotation) {
  const float ROWS = 192.0;
  const float RATE = 50.0;
  float back = age < historyGap ? age / historyGap : 1.0 + (age - historyGap) * RATE;
  float row = historyNewest - min(back, ROWS - 2.0);
  float whole = floor(row);
  int before = int(mod(whole, ROWS));
  int after = int(mod(whole + 1.0, ROWS));
  float share = row - whole;
  int x = joint * 2;
  place = mix(texelFetch(history, ivec2(x, before), 0), texelFetch(history, ivec2(x, after), 0), share).xyz;
  x += 1;
  rotation = normalize(
    mix(texelFetch(history, ivec2(x, before), 0), texelFetch(history, ivec2(x, after), 0), share));
}

/** Where a point is that keeps an offset from a joint. */
vec3 limbAt(int joint, vec3 offset, float age) {
  vec3 place;
  vec4 rotation;
  jointAt(joint, age, place, rotation);
  return place + turned(rotation, offset);
}

/** Where a point of the skin is, and which way it faces. */
void skinAt(vec3 rest, vec3 facing, vec4 joints, vec4 weights, float age, out vec3 place, out vec3 normal) {
  place = vec3(0.0);
  normal = vec3(0.0);
  for (int i = 0; i < 4; i++) {
    if (weights[i] < 0.004) continue;
    int joint = int(joints[i]);
    vec3 joined;
    vec4 rotation;
    jointAt(joint, age, joined, rotation);
    vec3 restJoint = texelFetch(history, ivec2(joint * 2, 192), 0).xyz;
    place += weights[i] * (joined + turned(rotation, rest - restJoint));
    normal += weights[i] * turned(rotation, facing);
  }
  normal = normalize(normal);
}
`;
