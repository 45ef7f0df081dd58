import type { StateFrame } from "@shared/frames";
import { describe, expect, test } from "vitest";
import { french } from "../words";
import { standing } from "./standing";

const state = (fields: Partial<StateFrame>): StateFrame => ({
  t: "state",
  conversation: "0190b2f0-0000-7000-8000-000000000001",
  stage: "waiting",
  ...fields,
});

describe("where the conversation stands", () => {
  test("the place in the queue is told as the number of people before", () => {
    expect(standing(french, state({ position: 1 }), "ready").title).toBe("Vous êtes la prochaine personne.");
    expect(standing(french, state({ position: 2 }), "ready").title).toBe("1 personne est avant vous.");
    expect(standing(french, state({ position: 4 }), "ready").title).toBe("3 personnes sont avant vous.");
  });

  test("no estimate is made up where the server gives none", () => {
    expect(standing(french, state({ position: 2 }), "ready").detail).toContain("ne pouvons pas dire");
    expect(standing(french, state({ position: 2, estimate_s: 400 }), "ready").detail).toContain("Environ 7 minutes");
    expect(standing(french, state({ position: 2, estimate_s: 20 }), "ready").detail).toContain("Moins d’une minute");
  });

  test("a closed queue says why, and makes no promise of a place", () => {
    const closed = standing(french, state({ notice: "Le chat rouvre à 8 h." }), "ready");
    expect(closed.title).toBe("Les réponses sont suspendues pour le moment.");
    expect(closed.detail).toContain("Le chat rouvre à 8 h.");
    expect(closed.detail).toContain("17, 112 ou SMS au 114");
    expect(closed.detail).not.toMatch(/minute|avant vous/);
  });

  test("that a psychologist has come, and has left, is said beside how it stands", () => {
    const active = { stage: "active", force: "police", peer_connected: true } as const;
    const said = (fields: Partial<StateFrame>, unread = false): string => standing(french, state(fields), "ready", unread).detail;
    expect(said({ ...active, psychologist: "here" })).toBe("Une personne formée vous lit. Un ou une psychologue vous lit aussi.");
    expect(said({ ...active, psychologist: "left" })).toContain("vous lit. Le ou la psychologue n’est plus là.");
    expect(said({ psychologist: "here", position: 1 })).toMatch(/Vous pouvez déjà écrire.*psychologue/);
    expect(said(active)).not.toContain("psychologue");
    expect(said({ ...active, psychologist: "here" }, true)).not.toContain("psychologue");
  });

  test("nobody is said to be reading when the other console is off line", () => {
    const active = { stage: "active", force: "gendarmerie" } as const;
    expect(standing(french, state({ ...active, peer_connected: true }), "ready").detail).toContain("vous lit");
    expect(standing(french, state({ ...active, peer_connected: false }), "ready").detail).not.toContain("vous lit");
    expect(standing(french, state({ ...active, peer_connected: true }), "ready", true).detail).toContain("Personne ne peut lire");
    expect(standing(french, state({ ...active, peer_connected: true }), "lost").detail).toContain("Connexion perdue");
  });
});
