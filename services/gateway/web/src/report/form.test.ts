import type { Field } from "@shared/report";
import { describe, expect, test } from "vitest";
import { filled, type FormAct, formOf, sent } from "./form";
import { sendable } from "./room";

const FIELDS: readonly Field[] = [
  ["facts", "ce qui s’est passé"],
  ["where", "ici"],
  ["identity", "Un nom"],
];
const TO = { partner: "police-69", name: "Police", unit: "", address: "", certificate: "" };
const REPORT = "11111111-1111-4111-8111-111111111111";
const after = (...acts: FormAct[]) => acts.reduce(filled, formOf(FIELDS));

describe("the form of a proposal", () => {
  test("sends what stands in it, character for character", () => {
    expect(sent(after())).toEqual(FIELDS);
    const changed = after({ type: "edit", name: "where" }, { type: "typed", name: "where", value: " là-bas\n" }, { type: "edited" });
    expect(sent(changed)).toContainEqual(["where", " là-bas\n"]);
    expect(changed.editing).toBeNull();
  });

  test("sends neither what is struck out nor what is empty, and what is put back as it was", () => {
    expect(sent(after({ type: "strike", name: "identity" })).map(([name]) => name)).toEqual(["facts", "where"]);
    expect(sent(after({ type: "typed", name: "facts", value: "  " })).map(([name]) => name)).toEqual(["where", "identity"]);
    expect(sent(after({ type: "strike", name: "facts" }, { type: "restore", name: "facts" }))).toEqual(FIELDS);
  });

  test("keeps struck out what was struck out of the proposal before", () => {
    const before = after({ type: "strike", name: "identity" }, { type: "typed", name: "facts", value: "changé" });
    const form = formOf([...FIELDS, ["contact", "06"]], before);
    expect(form.struck).toEqual(["identity"]);
    expect(sent(form)).toContainEqual(["facts", "ce qui s’est passé"]);
  });

  test("can be sent only with something in it, and when a message holds it", () => {
    const proposal = { report: REPORT, recipient: TO, fields: FIELDS };
    expect(sendable(after(), proposal)).toBe("yes");
    expect(sendable(after(...FIELDS.map(([name]): FormAct => ({ type: "strike", name }))), proposal)).toBe("nothing");
    const long = (["facts", "when", "where", "persons", "danger"] as const).map((name): Field => [name, "x".repeat(2_000)]);
    expect(sendable(formOf(long), proposal)).toBe("long");
  });
});
