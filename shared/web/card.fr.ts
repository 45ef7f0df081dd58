import type { Sentence } from "./i18n";

/** What a card says, in French: part of the catalogue of both pages. */
export const cardFr = {
  card_association: "Association",
  card_cidff: "Droits des femmes et des familles (CIDFF)",
  card_victim_support: "Aide aux victimes",
  card_social_worker: "Assistance sociale",
  card_psychosocial_centre: "Centre psychosocial",
  card_forensic_unit: "Unité médico-judiciaire",
  card_commissariat: "Commissariat",
  card_brigade: "Brigade de gendarmerie",
  card_helpline: "Ligne d’écoute",
  cardPhone: "Téléphone",
  cardAddress: "Adresse",
  cardHours: "Horaires",
  cardWeb: "Site",
  cardDistance: "à {km} km",
  cardDistanceAbout: "à environ {km} km",
  cardSameTown: "dans la commune",
  cardAcrossTheSea: "par bateau ou avion seulement",
  cardOpen: "Ouvert en ce moment",
  cardClosed: "Fermé en ce moment",
  cardWheelchair: "Accessible en fauteuil roulant",
  cardSource: "Source : {source}, {date}. À vérifier par téléphone.",
  cardAlways: "24 h sur 24, 7 jours sur 7",
  cardDays: "Mo=lun. Tu=mar. We=mer. Th=jeu. Fr=ven. Sa=sam. Su=dim. PH=fériés off=fermé",
} satisfies Record<string, Sentence>;

export type CardKey = keyof typeof cardFr;
