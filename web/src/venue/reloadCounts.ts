/** Counts reloads of this page by reason; the browser keeps the counts while the page reloads. */
export const reloadCounts = {
  count(reason: string): number {
    return Number(history.state?.[reason] ?? 0);
  },

  reload(reason: string): void {
    storeCount(reason, this.count(reason) + 1);
    location.reload();
  },

  /** The reason is gone. */
  forget(reason: string): void {
    if (this.count(reason) > 0) storeCount(reason, 0);
  },
};

function storeCount(reason: string, count: number): void {
  history.replaceState({ ...history.state, [reason]: count }, "");
}
