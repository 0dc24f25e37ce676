interface Window {
  /** Read-only, for tests and for the curious in the browser's console. */
  bhava?: {
    /** World position of a joint of the partner as drawn, metres; null when there is none. */
    jointPosition(joint: string): number[] | null;
  };
}
