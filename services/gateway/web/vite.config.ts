import { defineConfig } from "vite";
import { page } from "../../../vite.base.ts";

const base = page("services/gateway/web");

export default defineConfig({
  ...base,
  build: {
    ...base.build,
    // The help page, which the gateway renders, names the style sheet of this page: its name must not change.
    rolldownOptions: { output: { assetFileNames: "assets/[name][extname]" } },
  },
});
