import { expect, test } from "vitest";
import { readCard } from "./referral";

const read = (fields: object) => readCard(JSON.stringify({ kind: "cidff", name: "CIDFF du Val-d'Oise", ...fields }));

test("a body that is no structure is not shown as a card", () => {
  for (const body of ["", "{", "null", "[]", "3", "{}", '{"kind":"cidff","name":" "}', '{"kind":"shop","name":"x"}']) {
    expect(readCard(body)).toBeNull();
  }
});

test("a field that is not as agreed is left out, the others stay", () => {
  const card = read({ distance_km: "near", phone: 3919, address: "1 rue Haute, 95300 Pontoise" });
  expect(card).toMatchObject({ distanceKm: null, phone: null, address: "1 rue Haute, 95300 Pontoise" });
});

test("only telephone numbers can be dialled", () => {
  expect(read({ phone: "01 30 32 72 29" })?.phone).toBe("01 30 32 72 29");
  expect(read({ phone: "javascript:alert(1)" })?.phone).toBeNull();
});
