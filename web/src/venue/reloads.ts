/** Counts reloads of this page by reason; the browser keeps the counts while the page reloads. */
export const reloads = {
  count(reason: string): number {
    return Number(history.state?.[reason] ?? 0);
  },

  reload(reason: string): void {
    remember(reason, this.count(reason) + 1);
    location.reload();
  },

  /** The reason is gone. */
  forget(reason: string): void {
    if (this.count(reason) > 0) remember(reason, 0);
  },
};

function remember(reason: string, count: number): void {
  history.replaceState({ ...history.state, [reason]: count }, "");
}
