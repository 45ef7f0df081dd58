import { describe, expect, test } from "vitest";
import type { Cell, Person } from "./api";
import { count, failure, month, outcomeOf, queueName, shortId, span, standing, whose } from "./words";

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
  held: [], psychologist: [],
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

describe("what a supervisor reads of figures", () => {
  const cell = (fields: Partial<Cell>): Cell => ({
    month: "2026-11",
    figure: "report",
    category: "domestic",
    force: "police",
    outcome: "taken",
    count: "7",
    ...fields,
  });

  test("a number that is not shown is said to be small, and a total without it to be at least so much", () => {
    expect(count("7")).toBe("7");
    expect(count("<5")).toBe("moins de 5");
    expect(count(">=12")).toBe("au moins 12");
  });

  test("a figure is named in words, what is not known too", () => {
    expect(month("2026-11")).toBe("novembre 2026");
    expect(whose(cell({}))).toBe("Police · Couple");
    expect(whose(cell({ category: "unknown", force: "unknown" }))).toBe("non connu · non connu");
    expect(outcomeOf(cell({}))).toBe("pris en charge");
    expect(outcomeOf(cell({ outcome: "of tomorrow" }))).toBe("of tomorrow");
  });
});
