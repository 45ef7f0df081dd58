import { translator } from "@shared/i18n";

/** What stands in the head of a conversation: the rest is loaded when it is asked for. */
export const label = translator("fr", {
  lift: "Lever l’anonymat…",
  pending: "Levée demandée",
  refused: "Levée refusée",
  granted: "Levée accordée",
  failed: "La demande ne s’ouvre pas : vérifiez la connexion, puis recommencez.",
});
