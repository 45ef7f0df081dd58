import { defineConfig } from "vite";
import { page } from "../../../vite.base.ts";

export default defineConfig(page("services/dispatcher/web"));
