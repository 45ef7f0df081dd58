import { defineConfig } from "vite";
import { page } from "../../../vite.base.ts";

const base = page("services/gateway/web");

/** The help page's script, built beside the visitor's page: alone, so that neither waits for a file of the other's. */
export default defineConfig({
  ...base,
  publicDir: false,
  build: {
    ...base.build,
    emptyOutDir: false,
    rolldownOptions: { input: `${base.root ?? ""}/src/help.ts`, output: { entryFileNames: "assets/[name].js" } },
  },
});
