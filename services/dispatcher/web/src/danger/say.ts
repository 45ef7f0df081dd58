import { translator } from "@shared/i18n";
import { fr } from "./fr";

/** Every sentence about danger. */
export const d = translator("fr", fr);
