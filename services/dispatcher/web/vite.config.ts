import { defineConfig } from "vite";
import { page } from "../../../vite.base";

export default defineConfig(page("services/dispatcher/web"));
