import { createReadStream, readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import type { Plugin } from "vite";

/** What `pose.js` fetches at run time for the full model; heavy and lite stay behind. */
const FILES = [
  "pose.js",
  "pose_web.binarypb",
  "pose_landmark_full.tflite",
  "pose_solution_packed_assets.data",
  "pose_solution_packed_assets_loader.js",
  "pose_solution_simd_wasm_bin.data",
  "pose_solution_simd_wasm_bin.js",
  "pose_solution_simd_wasm_bin.wasm",
  "pose_solution_wasm_bin.js",
  "pose_solution_wasm_bin.wasm",
];

const TYPES: Record<string, string> = { js: "text/javascript", wasm: "application/wasm" };

/**
 * Puts MediaPipe Pose under `mediapipe/`, in the build and in the development server.
 *
 * The package loads its parts by address and cannot be bundled; served from here, it never
 * reaches for the network.
 */
export function mediapipeAssets(): Plugin {
  const folder = dirname(createRequire(import.meta.url).resolve("@mediapipe/pose"));
  return {
    name: "mediapipe-assets",
    configureServer(server) {
      server.middlewares.use("/mediapipe", (request, response, next) => {
        const file = FILES.find((name) => request.url === `/${name}`);
        if (file === undefined) return next();
        const type = TYPES[file.split(".").at(-1) ?? ""] ?? "application/octet-stream";
        response.setHeader("Content-Type", type);
        createReadStream(join(folder, file)).pipe(response);
      });
    },
    generateBundle() {
      for (const file of FILES) {
        const source = readFileSync(join(folder, file));
        this.emitFile({ type: "asset", fileName: `mediapipe/${file}`, source });
      }
    },
  };
}
