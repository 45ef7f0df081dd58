import { describe, expect, test } from "vitest";
import type { Person } from "./api";
import { failure, queueName, shortId, span, standing } from "./words";

const NOW = 1_800_000_000_000;
const person = (fields: Partial<Person>): Person => ({
  operator: "police1",
  queues: ["police.domestic"],
  limit: 3,
  status: "available",
  since: NOW,
  drained: false,
  present: true,
  hard_in_a_row: 0,
  rests_until: 0,
  debrief_asked: 0,
  held: [],
  ...fields,
});

describe("what a supervisor reads of people", () => {
  test("the reason that weighs most is said: a lost console before the end of a shift, before a break", () => {
    expect(standing(person({}), NOW)).toBe("disponible");
    expect(standing(person({ status: "paused" }), NOW)).toBe("en pause");
    expect(standing(person({ rests_until: NOW + 60_000 }), NOW)).toContain("pause jusqu’à");
    expect(standing(person({ rests_until: NOW - 1 }), NOW)).toBe("disponible");
    expect(standing(person({ drained: true, rests_until: NOW + 60_000 }), NOW)).toBe("fin de service");
    expect(standing(person({ present: false, drained: true }), NOW)).toBe("console perdue");
  });

  test("queues, conversations and spans are short and whole", () => {
    expect(queueName("gendarmerie.discrimination")).toBe("Gendarmerie · Haine");
    expect(shortId("0190b2f0-0000-7000-8000-000000000001")).toBe("0190b2f0");
    expect(span(3_725_000)).toBe("1:02:05");
  });

  test("every refusal that the server knows has its sentence, and another is named", () => {
    expect(failure("full")).toContain("limite");
    expect(failure("round")).toContain("en rond");
    expect(failure("invalid")).toBe("Refusé (invalid).");
  });
});
