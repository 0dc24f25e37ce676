import { texts } from "./texts";

/** Says what a stage watches; files and addresses stay as they are. */
export function sourceName(source: string): string {
  if (source === "demo") return texts.source.demo;
  if (source === "browser") return texts.source.browser;
  if (source.startsWith("vmc:")) return texts.source.vmc;
  const camera = /^camera:(\d+)$/.exec(source)?.[1];
  return camera === undefined ? source : texts.source.camera(camera);
}
