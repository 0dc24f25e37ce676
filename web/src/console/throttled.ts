/** Between two values that a moving control sends, milliseconds. */
const PERIOD = 60;

/** Passes on the first and the latest of values that come faster than a server needs them. */
export function throttled<T>(send: (value: T) => void): (value: T) => void {
  let waiting: { readonly value: T } | null = null;
  let busy = false;
  const next = () => {
    busy = waiting !== null;
    if (waiting === null) return;
    const { value } = waiting;
    waiting = null;
    send(value);
    setTimeout(next, PERIOD);
  };
  return (value) => {
    waiting = { value };
    if (!busy) next();
  };
}
