import { defineConfig } from "vitest/config";
import { mediapipeAssets } from "./mediapipeAssets.ts";
import { pageHead } from "./pageHead.ts";

const server = `127.0.0.1:${process.env.PORT ?? 8000}`;

export default defineConfig({
  base: "./",
  plugins: [pageHead(), mediapipeAssets()],
  server: {
    // The tables of joint names and of colours lie where Python reads them, too.
    fs: { allow: [".."] },
    proxy: { "/ws": { target: `ws://${server}`, ws: true }, "/api": `http://${server}` },
  },
  // three.js alone is past the default; it is needed for the first picture, so splitting buys nothing.
  build: {
    target: "es2023",
    chunkSizeWarningLimit: 800,
    // Warns when a busy machine is slow at copying MediaPipe's files.
    rolldownOptions: {
      input: {
        index: "index.html",
        dance: "dance.html",
        console: "console.html",
        vote: "v/index.html",
      },
      checks: { bundlerTimings: false },
    },
  },
  test: { testTimeout: 30_000 },
});
