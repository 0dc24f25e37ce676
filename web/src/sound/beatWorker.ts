import { findBeat } from "./findBeat";

/** Finds beats beside the page, so that its picture does not wait. */
self.onmessage = ({ data: { samples, rate } }: MessageEvent) => {
  self.postMessage(findBeat(samples, rate));
};
