import type { Sentence } from "@shared/i18n";

/** What the operator reads of danger, in French. */
export const fr = {
  flag: "En danger",
  minor: "Moins de 18 ans",
  raise: "Signaler un danger",
  raiseHint: "Passe avant les autres, et prévient les superviseurs",
  byVisitor: "La personne dit être en danger, depuis {time}.",
  byOperator: "Danger signalé par un opérateur, depuis {time}.",
  byPsychologist: "Danger signalé par un ou une psychologue, depuis {time}.",
  seenBy: "{who} s’en occupe.",
  notSeen: "Superviseurs prévenus, aucun n’a encore répondu.",
  confirm: "Confirmer",
  confirmHint: "Dès lors, la page de la personne ne peut plus le retirer",
  lower: "Danger écarté",
  noticed: "Alerte : conversation {number}, personne en danger.",
  seen: "Conversation {number} : {who} s’occupe du danger.",
  withdrawn: "Conversation {number} : la page de la personne dit que le danger est passé. Vérifiez que c’est bien elle.",
} satisfies Record<string, Sentence>;
