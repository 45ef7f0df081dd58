import type { HeldFrame, PsychologistsFrame, WelcomeFrame } from "@shared/frames";
import { expect, test } from "vitest";
import { EMPTY, reduce, type Desk } from "./desk";
import { isOwn, newLine, unread } from "./line";
import { sitsAs } from "./snapshot";

const A = "00000000-0000-4000-8000-00000000000a";
const NOW = 1_000_000;
const welcome: WelcomeFrame = { t: "welcome", operator: "police1", force: "police", status: "available", limit: 3, conversations: [A], at: NOW };
const held: HeldFrame = {
  t: "held",
  conversation: A,
  category: "domestic",
  audience: "victim",
  force: "police",
  opened_at: NOW - 60_000,
  assigned_at: NOW,
  language: "fr",
  turn: 1,
};
const stand: PsychologistsFrame = { t: "psychologists", ever: true, open: true, present: 1, free: 0, waiting: 0, calls: [] };
const waits = { ...stand, calls: [{ conversation: A, force: "police", category: "domestic", place: 1, since: NOW }] } as const;

type Frame = WelcomeFrame | HeldFrame | PsychologistsFrame | { t: "released"; conversation: string };
const after = (...frames: Frame[]): Desk =>
  frames.reduce((desk: Desk, frame) => reduce(desk, { type: "frame", frame, now: NOW }), EMPTY);
const told = (desk: Desk): string[] => desk.notices.map((notice) => notice.what);

test("whoever waits for a psychologist when their hours end is told that nobody will come", () => {
  expect(told(after(welcome, held, waits, { ...stand, open: false }))).toEqual(["uncalled"]);
});

test("one who came, and a call that was taken back, are no news of that kind", () => {
  expect(told(after(welcome, held, waits, stand))).toEqual([]);
  expect(told(after(welcome, held, waits, { ...held, psychologist: "psy1" }, { ...stand, open: false }))).toEqual([]);
});

test("a psychologist who leaves reads that the chat goes on, an operator that another one has it", () => {
  const released = { t: "released", conversation: A } as const;
  expect(told(after(welcome, { ...held, part: "psychologist" }, released))).toEqual(["quit"]);
  expect(told(after(welcome, held, released))).toEqual(["released"]);
});

test("a psychologist's own words are what psychologists said, and none of them is unread", () => {
  const line = newLine({ ...held, part: "psychologist" }, 1, true, NOW);
  expect(isOwn(line, { by: "psychologist", cid: "x", at: NOW })).toBe(true);
  expect(isOwn(line, { by: "operator", cid: "x", at: NOW })).toBe(false);
  const message = { t: "message", conversation: A, cid: "x", seq: 1, at: NOW, body: "x", kind: "text" } as const;
  const read = (by: "psychologist" | "operator"): number =>
    unread(reduce({ ...EMPTY, lines: [line] }, { type: "frame", frame: { ...message, by }, now: NOW }).lines[0] ?? line);
  expect([read("psychologist"), read("operator")]).toEqual([0, 1]);
});

test("whoever is both sits as an operator", () => {
  expect(sitsAs({ roles: ["psychologist"] })).toBe("psychologist");
  expect(sitsAs({ roles: ["operator", "psychologist"] })).toBe("operator");
  expect(sitsAs({ roles: ["psychologist", "supervisor"] })).toBe("psychologist");
  expect(sitsAs(null)).toBe("operator");
});
