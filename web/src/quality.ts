/** How much is drawn; low: for software rendering and weak machines. */
export type Quality = "low" | "medium" | "high";
