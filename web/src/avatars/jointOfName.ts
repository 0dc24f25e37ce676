/**
 * What the makers of rigs call the ends and limbs of a body, without side; the likelier first.
 *
 * The spine is not here: makers count its bones from everywhere, so where it lies in the tree
 * tells more than what it is called.
 */
const NAMES: Readonly<Record<string, readonly string[]>> = {
  head: ["head"],
  UpperArm: ["upperarm", "uparm", "armupper", "shldr", "shldrbend", "arm", "shoulder"],
  LowerArm: ["lowerarm", "forearm", "lowarm", "armlower", "forearmbend", "elbow"],
  Hand: ["wrist", "hand"],
  UpperLeg: ["upperleg", "upleg", "thigh", "legupper", "thighbend", "leg", "hip"],
  LowerLeg: ["lowerleg", "calf", "shin", "lowleg", "leglower", "knee", "leg"],
  Foot: ["ankle", "foot"],
  Toes: ["toes", "toe", "toebase", "ball", "foot"],
};

const PREFIX =
  /^(mixamorig\d*|def|bip\d*|j[ _]bip(?=[ _])|cc[ _]base|valvebiped[ _.]bip\d+)[ _.:-]*/i;

/** Which side a bone is on, and what remains of its name: letters alone, in lower case. */
function plain(name: string): { side: "left" | "right" | ""; word: string } {
  const bare = (name.split(/[:|]/).at(-1) ?? "").replace(PREFIX, "");
  const words = bare
    .replace(/([a-z])([A-Z])/g, "$1 $2")
    .toLowerCase()
    .split(/[^a-z]+/);
  const letter = words.find((word) => word === "l" || word === "r");
  const rest = words.filter((word) => !/^[lrc]$/.test(word)).join("");
  if (letter) return { side: letter === "l" ? "left" : "right", word: rest };
  const [, before, first, second, after] = /^(left|right)(.+)|(.+)(left|right)$/.exec(rest) ?? [];
  const side = (before ?? after ?? "") as "left" | "right" | "";
  return { side, word: first ?? second ?? rest };
}

/**
 * Finds the head and the limbs among names of bones: of Mixamo, Ready Player Me, VRM, Blender,
 * Unreal, 3ds Max, Character Creator, Daz, SMPL and the like.
 *
 * @param names The nearer to the root, the earlier.
 * @returns Index of the bone for each joint that was found.
 */
export function jointOfName(names: readonly string[]): Map<string, number> {
  const byName = new Map<string, number>();
  names.forEach((name, at) => {
    const { side, word } = plain(name);
    if (!byName.has(side + word)) byName.set(side + word, at);
  });
  const found = new Map<string, number>();
  const taken = new Set<number>();
  for (const [part, aliases] of Object.entries(NAMES)) {
    for (const side of part === "head" ? [""] : ["left", "right"]) {
      const hits = aliases.map((alias) => byName.get(side + alias));
      const hit = hits.find((at) => at !== undefined && !taken.has(at));
      if (hit === undefined) continue;
      taken.add(hit);
      found.set(side + part, hit);
    }
  }
  return found;
}
