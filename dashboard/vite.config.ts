import react from "@vitejs/plugin-react";
import { defineConfig } from "vitest/config";

/** Stands where the director puts a fresh nonce into each page it gives (director/api/dashboard.py). */
const NONCE = "__NONCE__";

export default defineConfig({
  base: "/dashboard/",
  plugins: [react()],
  html: { cspNonce: NONCE },
  build: {
    outDir: "../director/static",
    emptyOutDir: true,
    assetsInlineLimit: 0, // nothing but the page itself stands in the page: the policy forbids data: scripts and fonts
    target: "es2022",
  },
  server: {
    proxy: { "^/(?!dashboard)": "http://127.0.0.1:8080" },
    fs: { allow: [".", "../docs"] }, // a test holds the code that a screen shows against that of a page
  },
  test: {
    environment: "jsdom",
    isolate: false, // one window for all files of a worker: to make one takes longer than its tests
    setupFiles: ["src/testing/setup.ts"],
    include: ["src/**/*.test.{ts,tsx}"],
  },
});
