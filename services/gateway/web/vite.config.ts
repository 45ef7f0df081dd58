import { defineConfig, type Plugin } from "vite";
import { page } from "../../../vite.base.ts";

const base = page("services/gateway/web");

/** Name in the page every file without which it cannot begin, so that they come together: by links, not by script. */
const together: Plugin = {
  name: "together",
  transformIndexHtml: {
    order: "post",
    handler: (_html, { chunk, bundle }) => {
      const files = new Set(chunk?.imports);
      for (const file of files) {
        const imported = bundle?.[file];
        if (imported?.type === "chunk") for (const further of imported.imports) files.add(further);
      }
      return [...files].map((file) => ({ tag: "link", attrs: { rel: "modulepreload", crossorigin: true, href: `/${file}` }, injectTo: "head" }));
    },
  },
};

export default defineConfig({
  ...base,
  plugins: [together],
  build: {
    ...base.build,
    // The help page, which the gateway renders, names the style sheet of this page: its name must not change.
    rolldownOptions: { output: { assetFileNames: "assets/[name][extname]" } },
  },
});
