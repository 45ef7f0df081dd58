import { translator } from "@shared/i18n";
import { describe, expect, test } from "vitest";
import { en } from "../words/anonymity.en";
import { fr } from "../words/anonymity.fr";
import { faults } from "../words/faults.fixture";
import { duration, entries, type Facts } from "./anonymity";

const t = translator("fr", fr);
const DAY_S = 86_400;
const FACTS: Facts = {
  addressS: DAY_S,
  liftingDays: 7,
  resumeS: 7_200,
  missingS: 7_200,
  resumableUntil: null,
  postalCode: true,
  reported: false,
};

const said = (facts: Partial<Facts>): string =>
  entries(t, { ...FACTS, ...facts })
    .flatMap(([, ...sentences]) => sentences)
    .join("\n");

describe("what is known (V16)", () => {
  test("is said in both languages with the same values", () => {
    expect(faults(fr, en)).toEqual([]);
  });

  test("says that an address is kept under seal only where it is", () => {
    expect(said({})).toContain(fr.anonymousAddressSealed);
    expect(said({})).toContain("24 heures");
    expect(said({})).toContain("7 jours");
    expect(said({ addressS: 0 })).toContain(fr.anonymousAddressNone);
    expect(said({ addressS: 0 })).not.toContain("magistrat");
  });

  test("says, wherever it may happen, that nobody is told of a request", () => {
    expect(said({})).toContain(fr.anonymousAddressUntold);
    expect(said({ addressS: 0 })).not.toContain(fr.anonymousAddressUntold);
  });

  test("says that no postal code was given only when it is known that none was", () => {
    expect(said({ postalCode: false })).toContain(fr.anonymousPlaceNone);
    expect(said({ postalCode: true })).not.toContain(fr.anonymousPlaceNone);
    expect(said({ postalCode: null })).not.toContain(fr.anonymousPlaceNone);
  });

  test("says what closing the page does: it ends the conversation, unless words lead back to it", () => {
    expect(said({})).toContain(fr.anonymousReload);
    const until = said({ resumableUntil: Date.now() });
    expect(until).not.toContain(fr.anonymousReload);
    expect(until).toContain("vos quatre mots y ramènent");
  });

  test("speaks of words only where there are some to be had", () => {
    const titles = (facts: Partial<Facts>): string[] => entries(t, { ...FACTS, ...facts }).map(([title]) => title);
    expect(titles({})).toContain("anonymousBack");
    expect(titles({ resumeS: 0 })).not.toContain("anonymousBack");
  });

  test("says how long the conversation of somebody who vanishes in danger waits, and that the red button erases it", () => {
    expect(said({ missingS: 3_600 })).toContain("1 heure au plus. Le bouton rouge l’efface toujours.");
  });

  test("says what was sent once it was", () => {
    expect(said({})).toContain(fr.anonymousReportNone);
    expect(said({ reported: true })).toContain(fr.anonymousReportSent);
    expect(said({ reported: true })).not.toContain(fr.anonymousReportNone);
  });

  test("never says less time than is set", () => {
    expect([60, 90, 3_600, 5_000, DAY_S, 2 * DAY_S, 2 * DAY_S + 1].map((s) => duration(t, s))).toEqual([
      "1 minute",
      "2 minutes",
      "1 heure",
      "2 heures",
      "24 heures",
      "2 jours",
      "3 jours",
    ]);
  });
});
