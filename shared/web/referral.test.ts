import { describe, expect, test } from "vitest";
import { hoursInWords } from "./hours";
import { readCard } from "./referral";

const STRUCTURE = { kind: "cidff", name: "CIDFF du Val-d’Oise", phone: "01 30 32 72 29", distance_km: 3.4, open_now: "open" };

describe("a card", () => {
  test("is read from the JSON text of one structure", () => {
    const card = readCard(JSON.stringify(STRUCTURE));
    expect(card).toMatchObject({ kind: "cidff", phone: "01 30 32 72 29", distanceKm: 3.4, openNow: "open", address: null });
  });

  test.each(["", "no json", "null", "[]", "7", '"text"', '{"kind":"bank","name":"x"}', '{"kind":"cidff","name":" "}'])(
    "is refused when its body is %s",
    (body) => {
      expect(readCard(body)).toBeNull();
    },
  );

  test("never makes a link of a phone field that is no number", () => {
    expect(readCard(JSON.stringify({ ...STRUCTURE, phone: "javascript:alert(1)" }))?.phone).toBeNull();
    expect(readCard(JSON.stringify({ ...STRUCTURE, phone: { evil: true } }))?.phone).toBeNull();
  });
});

describe("opening hours", () => {
  const days = "Mo=lun. Tu=mar. We=mer. Th=jeu. Fr=ven. Sa=sam. Su=dim. PH=fériés off=fermé";

  test.each([
    ["24/7", "toujours"],
    ["Mo-Fr 09:00-17:30", "lun.-ven. 09:00 – 17:30"],
    ["Mo,We 09:00-12:00; PH off", "lun.,mer. 09:00 – 12:00 · fériés fermé"],
    ["week 1-53/2 Fr 10:00+", "week 1-53/2 ven. 10:00+"],
  ])("%s reads %s", (hours, words) => {
    expect(hoursInWords(hours, days, "toujours")).toBe(words);
  });
});
