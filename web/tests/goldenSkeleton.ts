import type { Hello, SkeletonDescription } from "../src/protocol/messages";
import { goldenJson } from "./golden";

/** The skeleton that a golden hello describes. */
export function goldenSkeleton(): SkeletonDescription {
  const { server } = goldenJson<{ server: Hello[] }>("messages");
  return (server.find(({ type }) => type === "hello") as Hello).skeleton;
}
