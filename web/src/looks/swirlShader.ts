/** GLSL of a smooth flow without sources, for marks that drift; about unit speed. */
export const swirlShader = `
vec3 swirl(vec3 p) {
  vec3 a = vec3(sin(p.z) + cos(p.y), sin(p.x) + cos(p.z), sin(p.y) + cos(p.x));
  vec3 b = p.yzx * 2.3 + 1.7;
  return 0.45 * a + 0.3 * vec3(sin(b.z) + cos(b.y), sin(b.x) + cos(b.z), sin(b.y) + cos(b.x));
}
`;
