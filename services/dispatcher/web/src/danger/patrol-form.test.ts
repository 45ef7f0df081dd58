import { readDocument } from "@shared/report";
import { describe, expect, test } from "vitest";
import { heldLine } from "../desk/frames.fixture";
import { byTelephone, known, patrolDocument } from "./patrol-form";

const REPORT = "00000000-0000-4000-8000-0000000000aa";
const line = heldLine(1, { postal_code: "95300", commune_name: "Pontoise", unit: "Commissariat de Cergy" });
const to = { partner: "ddsp-95", name: "Police du 95", kid: "k".repeat(43), unit: "Commissariat de Cergy" };
const KEY = "A".repeat(43);

describe("a patrol", () => {
  test("begins with the place that is known, and says how to come near beside the danger", () => {
    const wanted = { ...known(line), facts: "Il est à la porte", danger: "Un couteau", approach: "Sans sirène" };
    expect(wanted.where).toBe("95300 Pontoise");
    const document = patrolDocument(REPORT, line, to, wanted, KEY);
    const fields = Object.fromEntries(readDocument(document ?? "")?.fields ?? []);
    expect(fields["where"]).toBe("95300 Pontoise");
    expect(fields["danger"]).toContain("Un couteau");
    expect(fields["danger"]).toContain("Sans sirène");
    expect(fields["contact"]).toBeUndefined();
  });

  test("that is too long is not sealed, and what one tells by telephone is on one line", () => {
    const long = "é".repeat(2_000);
    const all = { facts: long, where: long, persons: long, danger: long, approach: "", phone: long };
    expect(patrolDocument(REPORT, line, to, all, KEY)).toBeNull();
    expect(byTelephone(line, { ...known(line), danger: "Un couteau" })).toBe("95300 Pontoise, Commissariat de Cergy, Un couteau");
  });
});
