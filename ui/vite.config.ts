import vue from "@vitejs/plugin-vue";
import { defineConfig } from "vitest/config";

// The strict policy of tauri.conf.json forbids inline scripts and inlined fonts; nothing here may bring them back.
export default defineConfig({
  plugins: [vue()],
  clearScreen: false,
  server: { host: "127.0.0.1", port: 5173, strictPort: true, fs: { allow: [".."] } },
  build: {
    target: "safari16",
    modulePreload: { polyfill: false },
    assetsInlineLimit: 0,
    reportCompressedSize: false,
  },
  // Element Plus brings its styles along, which only Vite can read.
  test: { environment: "happy-dom", include: ["src/**/*.test.ts"], server: { deps: { inline: ["element-plus"] } } },
});
