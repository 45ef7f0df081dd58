import type { UserConfig } from "vite";

const repository = (path: string): string => decodeURIComponent(new URL(path, import.meta.url).pathname);

/** Where both pages and their tests find the code that they share. */
export const alias = { "@shared": repository("shared/web") };

/**
 * How a page is built: one folder of plain files that a strict content security policy lets run.
 *
 * Nothing is inlined (no `data:` address, no inline script or style), and the module preload helper, which would write
 * link elements from script, is left out.
 */
export function page(folder: string): UserConfig {
  return {
    root: repository(folder),
    base: "/",
    logLevel: "warn",
    resolve: { alias },
    oxc: { jsx: { runtime: "automatic", importSource: "preact" } },
    build: {
      outDir: "dist",
      emptyOutDir: true,
      assetsDir: "assets",
      assetsInlineLimit: 0,
      modulePreload: false,
      // Phones of 2022 and later: help must not depend on a new one.
      target: ["es2022", "chrome100", "firefox100", "safari15.4"],
      reportCompressedSize: true,
      sourcemap: false,
    },
  };
}
