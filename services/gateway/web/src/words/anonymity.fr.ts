import type { Sentence } from "@shared/i18n";

/**
 * What is known of a visitor, by whom, until when (V16), in French: fetched when it is asked for.
 *
 * `docs/anonymity.md` says the same, word for word; a test compares them.
 */
export const fr = {
  anonymousName: "Votre nom",
  anonymousNameIs: "Il n’est pas demandé. Si vous l’écrivez, la personne qui répond le lit.",
  anonymousWords: "Vos mots",
  anonymousSealed: "Ce que vous écrivez est fermé à clé sur cet appareil. La personne qui répond et ses collègues de service ont la clé, pas notre système.",
  anonymousKept: "La conversation n’est pas gardée : elle est effacée à la fin.",
  anonymousReload: "Fermer ou recharger cette page met fin à la conversation.",
  anonymousMissing: "Si vous êtes en danger et que cette page ne répond plus, la conversation attend votre retour, avec vos mots si vous en avez, {missing} au plus. Le bouton rouge l’efface toujours.",
  anonymousPlace: "Le sujet et le lieu",
  anonymousSeen: "La personne qui répond voit ce que vous écrivez, le sujet choisi et, si vous l’avez donné, le lieu. Elle ne voit ni votre nom, ni votre numéro.",
  anonymousPlaceNone: "Vous n’avez pas donné de code postal.",
  anonymousSaid: "Si vous dites être en danger, ou avoir moins de 18 ans, cela passe devant : la personne qui répond et ses responsables le voient.",
  anonymousPlaceUntil: "À la fin, notre système efface tout cela. Une trace, sans rien qui vous désigne, reste encore 24 heures au plus sur nos disques.",
  anonymousAddress: "L’adresse de votre connexion (adresse IP)",
  anonymousAddressNone: "Elle n’est pas gardée : notre système s’en sert pour vous répondre, puis l’oublie.",
  anonymousAddressSealed: "Elle est gardée sous scellés, avec l’heure. Personne dans notre système ne peut la lire, la personne qui vous répond non plus.",
  anonymousAddressLifted: "Un magistrat peut la lire, s’il le décide, quand la personne qui vous répond le demande : parce qu’une vie est en danger, ou pour un mineur en danger.",
  anonymousAddressUntil: "Elle est effacée avec la conversation, et au plus tard {kept} après votre connexion. Si une demande est déjà en cours, elle attend la décision, {days} au plus.",
  anonymousAddressUntold: "Cette page ne vous dit pas si une demande a été faite.",
  anonymousAddressCounted: "Contre les abus, cette adresse est aussi comptée sous une forme brouillée, un jour au plus.",
  anonymousBack: "Vos quatre mots pour revenir",
  anonymousBackOffered: "Si vous en demandez, ils gardent la conversation pendant {resume}. Notre système ne les connaît pas. Qui les a peut la lire.",
  anonymousResumable: "Fermer ou recharger cette page n’efface pas la conversation : vos quatre mots y ramènent jusqu’à {time}.",
  anonymousReport: "Un signalement",
  anonymousReportNone: "Rien ne part sans votre oui. Ce que vous acceptez est scellé pour le service nommé : notre système ne peut pas le lire.",
  anonymousReportSent: "Vous avez dit oui : ce que vous avez accepté est scellé pour le service nommé, qui le garde selon ses règles. Notre système garde la preuve de votre oui, sans le contenu, un an d’habitude.",
  anonymousFigures: "Les chiffres",
  anonymousFiguresAre: "Nous comptons les conversations et les signalements par mois, sujet et service. Ces nombres ne désignent personne.",
  anonymousStaff: "Le journal du service",
  anonymousStaffIs: "Il note qui, parmi le personnel, a répondu, et quand. Il ne contient ni vos mots, ni le lieu, ni votre adresse.",
  anonymousDevice: "Cet appareil et le réseau",
  anonymousDeviceIs: "Ce navigateur garde une ligne « Accueil » dans son historique. Le réseau (box, travail, opérateur) peut garder l’adresse du site et l’heure. Un appareil surveillé montre tout à qui le surveille.",
  days: { one: "{n} jour", other: "{n} jours" },
  hours: { one: "{n} heure", other: "{n} heures" },
  minutes: { one: "{n} minute", other: "{n} minutes" },
} satisfies Record<string, Sentence>;

export type Key = keyof typeof fr;
export type Catalogue = Readonly<Record<Key, Sentence>>;
