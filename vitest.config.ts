import { defineConfig } from "vitest/config";
import { alias } from "./vite.base.ts";

export default defineConfig({
  resolve: { alias },
  test: {
    include: ["shared/web/**/*.test.ts", "services/*/web/**/*.test.ts"],
    environment: "node",
    testTimeout: 5_000,
  },
});
