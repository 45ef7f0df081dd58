import type { Sentence } from "@shared/i18n";

/** What the visitor reads of danger, in French: fetched as soon as there is a conversation. */
export const fr = {
  declare: "Je suis en danger maintenant",
  ask: "En danger en ce moment ?",
  fastest: "Le plus rapide, sans un bruit : un SMS au 114. Ou appelez le 17 ou le 112.",
  also: "Si vous le dites aussi ici, vous passez avant les autres.",
  yes: "Oui, je suis en danger",
  no: "Non",
  telling: "Nous prévenons l’équipe…",
  notTold: "La connexion est coupée : rien n’est parti. Cela part au retour du réseau.",
  said: "Vous avez dit être en danger : vous passez avant les autres. L’équipe de service le voit.",
  saidByOperator: "La personne qui vous répond a signalé que vous êtes en danger. L’équipe de service le voit.",
  over: "Je ne suis plus en danger",
  sms: "SMS 114",
  call: "Appeler le {number}",
} satisfies Record<string, Sentence>;

export type Key = keyof typeof fr;
