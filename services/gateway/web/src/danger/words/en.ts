import type { Sentence } from "@shared/i18n";
import type { Key } from "./fr";

/** The same in English. */
export const en: Readonly<Record<Key, Sentence>> = {
  declare: "I am in danger now",
  ask: "In danger at this moment?",
  fastest: "Fastest, without a sound: text 114. Or call 17 or 112.",
  also: "If you say it here too, you go before the others.",
  yes: "Yes, I am in danger",
  no: "No",
  telling: "We are telling the team…",
  notTold: "The connection is lost: nothing has left. It leaves when the network is back.",
  said: "You said that you are in danger: you go before the others. The team on duty sees it.",
  saidByOperator: "The person who answers you has reported that you are in danger. The team on duty sees it.",
  over: "I am no longer in danger",
  sms: "Text 114",
  call: "Call {number}",
};
