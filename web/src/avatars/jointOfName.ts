import table from "../../../motion/rigs/joint_names.json";

type Side = "left" | "right" | "";

/** Side and name of a joint, and whether digits were left out of the name. */
interface BodyPart {
  readonly side: Side;
  readonly name: string;
  readonly numbered: boolean;
}

/** What names a limb joint without its side, the likelier first; a joint has one part only. */
const LIMBS = table.limbs as unknown as readonly (readonly [string, readonly string[]])[];
const SIDES: readonly (readonly [string, Side])[] = (["left", "right"] as const).flatMap((side) =>
  table.sides[side].map((word) => [word, side] as const),
);
const SIDE_OF = new Map(SIDES);
const KNOWN = new Set(LIMBS.flatMap(([, names]) => names));
/** A first or last word that a larger share of the joints have names the rig. */
const SHARED = 0.6;
/** Fewer names do not tell what they share. */
const FEWEST = 8;
const BOTH = ["left", "right"] as const;

/**
 * Finds the head and the limbs among names of joints, as `motion/rigs/joint_roles.py` does: the
 * names stand in one table for both.
 *
 * The spine is not in it: makers count its joints from everywhere, so where it lies in the tree
 * tells more than what it is called.
 *
 * @param names The nearer to the root, the earlier.
 * @returns Index of each joint that was found.
 */
export function jointOfName(names: readonly string[]): Map<string, number> {
  const parts = bodyParts(names);
  const byPart = new Map<string, number>();
  for (const numbered of [false, true]) {
    parts.forEach((part, at) => {
      const key = part.side + part.name;
      if (part.numbered === numbered && !byPart.has(key)) byPart.set(key, at);
    });
  }
  const found = new Map<string, number>();
  const head = table.head.map((name) => byPart.get(name)).find((at) => at !== undefined);
  if (head !== undefined) found.set("head", head);
  for (const [role, aliases] of LIMBS) {
    // Both sides go by one name, so that a missing upper arm is not mistaken for a shoulder.
    const alias = aliases.find((name) => BOTH.some((side) => byPart.has(side + name)));
    for (const side of BOTH) {
      const at = byPart.get(side + alias);
      byPart.delete(side + alias);
      if (at !== undefined) found.set(side + role, at);
    }
  }
  return found;
}

/** Whether a name is of the spine, whatever its number: a head may be the last of these. */
export function namesSpine(names: readonly string[]): boolean[] {
  return bodyParts(names).map(({ side, name }) => side === "" && table.spine.includes(name));
}

function bodyParts(names: readonly string[]): BodyPart[] {
  const split = names.map(words);
  const several = split.filter((all) => all.length > 1);
  const first = shared(
    several.map(([word = ""]) => word),
    names.length,
  );
  const last = shared(
    several.map((all) => all.at(-1) ?? ""),
    names.length,
  );
  return split.map((all) => bodyPart(all, first, last));
}

/** The words of a name without its name space, in lower case. */
function words(name: string): string[] {
  const own = name.split(/[:|]/).at(-1) ?? "";
  const found = own.match(/[A-Z]+(?![a-z])|[A-Z]?[a-z]+|\d+|[\u0080-\u{10ffff}]+/gu) ?? [];
  return found.map((word) => word.toLowerCase());
}

/** The word that most of so many joints have, empty if there is none. */
function shared(all: readonly string[], count: number): string {
  const counts = new Map<string, number>();
  for (const word of all) {
    if (!isNumber(word)) counts.set(word, (counts.get(word) ?? 0) + 1);
  }
  const [word, most] = [...counts].reduce((a, b) => (b[1] > a[1] ? b : a), ["", 0]);
  return count >= FEWEST && most > SHARED * count ? word : "";
}

function bodyPart(all: readonly string[], first: string, last: string): BodyPart {
  let kept = all.length > 1 && all[0] === first ? all.slice(1) : all;
  if (kept.length > 1 && kept.at(-1) === last) kept = kept.slice(0, -1);
  while (kept[0] !== undefined && (table.prefixes.includes(kept[0]) || isNumber(kept[0]))) {
    kept = kept.slice(1);
  }
  const numbered = kept.some(isNumber);
  kept = kept.filter((word) => !isNumber(word) && !table.middle.includes(word));
  const sided = kept.find((word) => SIDE_OF.has(word));
  const name = kept.filter((word) => !SIDE_OF.has(word)).join("");
  if (sided !== undefined) return { side: SIDE_OF.get(sided) ?? "", name, numbered };
  return { ...sideWithin(name), numbered };
}

/** Splits a name such as "leftupleg", "lfemur" or "armr" where the rest is a known word. */
function sideWithin(name: string): { side: Side; name: string } {
  for (const [word, side] of SIDES) {
    const after = name.startsWith(word) ? name.slice(word.length) : name;
    const before = name.endsWith(word) ? name.slice(0, -word.length) : name;
    const rest = [after, before].find((part) => part !== name && KNOWN.has(part));
    if (rest !== undefined) return { side, name: rest };
  }
  return { side: "", name };
}

function isNumber(word: string): boolean {
  return /^\d+$/.test(word);
}
