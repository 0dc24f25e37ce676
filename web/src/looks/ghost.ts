import {
  Color,
  DoubleSide,
  DynamicDrawUsage,
  Float32BufferAttribute,
  InstancedBufferAttribute,
  InstancedBufferGeometry,
  Mesh,
  ShaderMaterial,
} from "three";
import type { Look, LookFactory } from "./look";

/** How much darker it is drawn on paper, where light would not show. */
const ON_PAPER = 0.2;

/** The performer's own skeleton: faint threads, with knots at the joints. */
export const ghost: LookFactory = ({ parents }) => {
  const bones = parents.map((parent, joint) => [parent, joint] as const).slice(1);
  const from = ends(bones.length);
  const to = ends(bones.length);
  const uniforms = { colour: { value: new Color() }, brightness: { value: 1 } };
  let shade = 1;
  const mesh = new Mesh(threads().setAttribute("from", from), threadMaterial(uniforms));
  mesh.geometry.setAttribute("to", to);
  mesh.frustumCulled = false;
  return {
    object: mesh,
    room: "dark",
    luminous: true,
    update({ positions }, { palette, pulse }) {
      for (let bone = 0; bone < bones.length; bone++) {
        const [parent, joint] = bones[bone] as readonly [number, number];
        copy(positions, parent, from.array, bone);
        copy(positions, joint, to.array, bone);
      }
      from.needsUpdate = true;
      to.needsUpdate = true;
      uniforms.colour.value.copy(palette.accent).lerp(palette.light, shade * 0.5);
      uniforms.colour.value.multiplyScalar(shade);
      uniforms.brightness.value = 1 + pulse;
    },
    enterRoom(room) {
      shade = room === "paper" ? ON_PAPER : 1;
    },
    setQuality() {},
    dispose() {
      mesh.geometry.dispose();
      mesh.material.dispose();
    },
  } satisfies Look;
};

function ends(count: number): InstancedBufferAttribute {
  const attribute = new InstancedBufferAttribute(new Float32Array(count * 3), 3);
  return attribute.setUsage(DynamicDrawUsage);
}

function copy(places: Float32Array, joint: number, out: { [i: number]: number }, at: number): void {
  for (let i = 0; i < 3; i++) out[at * 3 + i] = places[joint * 3 + i] as number;
}

/** A square; the shader lays one along each bone. */
function threads(): InstancedBufferGeometry {
  const corners = [-1, -1, 0, 1, -1, 0, -1, 1, 0, 1, 1, 0];
  return new InstancedBufferGeometry()
    .setIndex([0, 1, 2, 2, 1, 3])
    .setAttribute("position", new Float32BufferAttribute(corners, 3));
}

function threadMaterial(uniforms: ShaderMaterial["uniforms"]): ShaderMaterial {
  return new ShaderMaterial({
    uniforms,
    vertexShader: `
      attribute vec3 from;
      attribute vec3 to;
      varying vec2 place;
      varying float halfLength;
      const float RADIUS = 0.026;
      void main() {
        vec3 start = (viewMatrix * vec4(from, 1.0)).xyz;
        vec3 end = (viewMatrix * vec4(to, 1.0)).xyz;
        vec3 middle = 0.5 * (start + end);
        vec3 way = end - start;
        way -= dot(way, middle) / dot(middle, middle) * middle;
        halfLength = 0.5 * length(way);
        vec3 along = normalize(way + vec3(0.0, 1e-5, 0.0));
        vec3 across = normalize(cross(along, middle));
        place = position.xy * vec2(RADIUS, halfLength + RADIUS);
        gl_Position = projectionMatrix * vec4(middle + across * place.x + along * place.y, 1.0);
        place /= RADIUS;
        halfLength /= RADIUS;
      }`,
    fragmentShader: `
      uniform vec3 colour;
      uniform float brightness;
      varying vec2 place;
      varying float halfLength;
      void main() {
        float beyond = abs(place.y) - halfLength;
        float thread = exp(-30.0 * place.x * place.x) * step(beyond, 0.0);
        float knot = 1.0 - smoothstep(0.45, 0.6, length(vec2(place.x, beyond)));
        float glow = 0.22 * exp(-4.0 * (place.x * place.x + pow(max(0.0, beyond), 2.0)));
        gl_FragColor = vec4(colour * brightness, min(1.0, 0.5 * thread + 0.8 * knot + glow) * 0.7);
        #include <tonemapping_fragment>
        #include <colorspace_fragment>
      }`,
    side: DoubleSide,
    depthWrite: false,
    transparent: true,
  });
}
