// Bundles frontend/ into static/. Hashed names are whitenoise's work, so names here stay plain.
import { copyFileSync, mkdirSync, rmSync } from "node:fs";
import { build, context } from "esbuild";

const options = {
  entryPoints: {
    app: "frontend/js/app.js",
    appeal: "frontend/js/appeal.js",
    counter: "frontend/js/counter.js",
    map: "frontend/js/map.js",
    offline: "frontend/js/offline.js",
    people: "frontend/js/people.js",
    pickers: "frontend/js/pickers.js",
    register: "frontend/js/register.js",
    report: "frontend/js/report.js",
    widgets: "frontend/js/widgets.js",
    styles: "frontend/css/app.css",
    noscript: "frontend/css/noscript.css",
  },
  outdir: "static/ui",
  bundle: true,
  minify: true,
  format: "iife",
  charset: "utf8",
  legalComments: "none",
  // Offices run Chromium 92 and 109; phones go back to iOS 14.5.
  target: ["chrome87", "firefox91", "safari14.1", "ios14.5"],
  loader: { ".png": "dataurl", ".svg": "dataurl", ".gif": "dataurl" },
  logLevel: "warning",
};

if (process.argv.includes("--watch")) {
  const watcher = await context({ ...options, minify: false, sourcemap: "inline" });
  await watcher.watch();
} else {
  rmSync("static/ui", { recursive: true, force: true });
  await build(options);
  mkdirSync("static/ui", { recursive: true });
  copyFileSync("frontend/icon.svg", "static/ui/icon.svg");
}
