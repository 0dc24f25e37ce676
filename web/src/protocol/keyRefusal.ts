const names = ["wrong_key", "key_too_soon", "not_granted"] as const;

/** Why a client may not be what it asks for: its key is wrong, comes too soon, or grants less. */
export type KeyRefusal = (typeof names)[number];

export function isKeyRefusal(name: string): name is KeyRefusal {
  return (names as readonly string[]).includes(name);
}
