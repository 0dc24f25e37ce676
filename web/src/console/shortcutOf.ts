/** What a key asks for. */
export type Shortcut =
  | { readonly kind: "go" | "back" | "panic" | "tap" }
  | { readonly kind: "emotion" | "preset"; readonly index: number };

const SHORTCUTS: Readonly<Record<string, Shortcut>> = {
  Space: { kind: "go" },
  ArrowRight: { kind: "go" },
  PageDown: { kind: "go" },
  ArrowLeft: { kind: "back" },
  PageUp: { kind: "back" },
  Escape: { kind: "panic" },
  KeyT: { kind: "tap" },
};

/** A key, as the events of a browser tell it. */
export interface PressedKey {
  readonly code: string;
  readonly shiftKey: boolean;
  readonly ctrlKey: boolean;
  readonly metaKey: boolean;
  readonly altKey: boolean;
}

/**
 * Tells what a key asks for; a foot pedal is a keyboard with Page Down and Page Up, or with arrows.
 *
 * @param key As pressed.
 * @param owner What has the keyboard's focus: `text` keeps all keys but Escape, `steps` (a slider
 *   or radio button that was reached by keyboard) its arrows.
 */
export function shortcutOf(key: PressedKey, owner: "text" | "steps" | "none"): Shortcut | null {
  if (key.ctrlKey || key.metaKey || key.altKey) return null;
  if (owner === "text" && key.code !== "Escape") return null;
  if (owner === "steps" && key.code.startsWith("Arrow")) return null;
  const digit = /^(?:Digit|Numpad)([1-9])$/.exec(key.code)?.[1];
  if (digit !== undefined) {
    return { kind: key.shiftKey ? "preset" : "emotion", index: Number(digit) - 1 };
  }
  return Object.hasOwn(SHORTCUTS, key.code) ? (SHORTCUTS[key.code] ?? null) : null;
}
