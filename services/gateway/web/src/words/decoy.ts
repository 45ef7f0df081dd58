/** What stands on screen while a page is hidden: a recipe, in the language of the page. */
export const decoyFr = {
  decoyTitle: "Pâte à crêpes",
  decoyLead: "Pour une douzaine de crêpes. Préparation : 10 minutes. Repos : 1 heure.",
  decoyNeeds: "Ingrédients",
  decoyNeed1: "250 g de farine",
  decoyNeed2: "4 œufs",
  decoyNeed3: "50 cl de lait",
  decoyNeed4: "Une pincée de sel, une noix de beurre",
  decoySteps: "Préparation",
  decoyStep1: "Mélanger la farine et le sel, ajouter les œufs, puis le lait peu à peu.",
  decoyStep2: "Laisser reposer une heure.",
  decoyStep3: "Cuire chaque crêpe une minute de chaque côté dans une poêle chaude et beurrée.",
};

export type DecoyKey = keyof typeof decoyFr;

export const decoyEn: Readonly<Record<DecoyKey, string>> = {
  decoyTitle: "Pancake batter",
  decoyLead: "For a dozen pancakes. Preparation: 10 minutes. Rest: 1 hour.",
  decoyNeeds: "Ingredients",
  decoyNeed1: "250 g of flour",
  decoyNeed2: "4 eggs",
  decoyNeed3: "50 cl of milk",
  decoyNeed4: "A pinch of salt, a knob of butter",
  decoySteps: "Method",
  decoyStep1: "Mix flour and salt, add the eggs, then the milk little by little.",
  decoyStep2: "Leave to rest for an hour.",
  decoyStep3: "Cook each pancake for a minute on each side in a hot buttered pan.",
};
