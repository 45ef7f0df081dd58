import { translator } from "@shared/i18n";
import { fr } from "../messages/fr";

/** Every sentence of the console. French is the only catalogue so far; another is one more file beside it. */
export const t = translator("fr", fr);
