import type { CardKey } from "./card.fr";
import type { Sentence } from "./i18n";

/** What a card says, in English. */
export const cardEn: Readonly<Record<CardKey, Sentence>> = {
  card_association: "Charity",
  card_cidff: "Women’s and families’ rights centre (CIDFF)",
  card_victim_support: "Victim support",
  card_social_worker: "Social worker",
  card_psychosocial_centre: "Psychosocial centre",
  card_forensic_unit: "Forensic medical unit",
  card_commissariat: "Police station",
  card_brigade: "Gendarmerie",
  card_helpline: "Helpline",
  cardPhone: "Phone",
  cardAddress: "Address",
  cardHours: "Hours",
  cardWeb: "Website",
  cardDistance: "{km} km away",
  cardDistanceAbout: "about {km} km away",
  cardSameTown: "in the same town",
  cardAcrossTheSea: "by boat or plane only",
  cardOpen: "Open now",
  cardClosed: "Closed now",
  cardWheelchair: "Wheelchair accessible",
  cardSource: "Source: {source}, {date}. Please check by phone.",
  cardAlways: "24 hours a day, 7 days a week",
  cardDays: "Mo=Mon Tu=Tue We=Wed Th=Thu Fr=Fri Sa=Sat Su=Sun PH=holidays off=closed",
};
