/** How a figure of ours is built; shares are of the first one's size. */
export interface Figure {
  /** Girth of the shoulders and of what hangs on them. */
  readonly shoulders: number;
  readonly waist: number;
  readonly hips: number;
  /** Girth of arms and legs. */
  readonly limbs: number;
  /** Radius of the breasts, metres; none at 0. */
  readonly breasts: number;
  /** Breadth of the jaw. */
  readonly jaw: number;
  readonly hair: "knot" | "cropped" | "none";
  /** Whether brows, lashes and lips have colours of their own. */
  readonly painted: boolean;
  readonly skin: string;
  readonly hairColour: string;
}

/** The figures to choose from. */
export const figures = {
  dancer: {
    shoulders: 1,
    waist: 1,
    hips: 1,
    limbs: 1,
    breasts: 0.05,
    jaw: 1,
    hair: "knot",
    painted: true,
    skin: "#e2c9b4",
    hairColour: "#17110f",
  },
  athlete: {
    shoulders: 1.18,
    waist: 1.14,
    hips: 0.84,
    limbs: 1.06,
    breasts: 0,
    jaw: 1.16,
    hair: "cropped",
    painted: true,
    skin: "#8a5a3f",
    hairColour: "#0d0a09",
  },
  mannequin: {
    shoulders: 1.04,
    waist: 1.06,
    hips: 0.88,
    limbs: 1.02,
    breasts: 0,
    jaw: 1.06,
    hair: "none",
    painted: false,
    skin: "#d9d5cf",
    hairColour: "#8d8780",
  },
} as const satisfies Record<string, Figure>;

/** Names of the figures. */
export type FigureName = keyof typeof figures;
