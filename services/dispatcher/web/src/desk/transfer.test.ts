import type { HeldFrame, Offer, WelcomeFrame } from "@shared/frames";
import { expect, test } from "vitest";
import { EMPTY, reduce, type Desk } from "./desk";
import { isOwn, newLine } from "./line";

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
const offer: Offer = { conversation: A, giver: "police1", force: "police", category: "domestic", until: NOW + 30_000, to: "police2" };

const desk = (...offers: Offer[]): Desk =>
  [welcome, held, { t: "offers", offers } as const].reduce((state: Desk, frame) => reduce(state, { type: "frame", frame, now: NOW }), EMPTY);

const without = (before: Desk, now: number): Desk => reduce(before, { type: "frame", frame: { t: "offers", offers: [] }, now });

test("an own offer that nobody took in its time is told", () => {
  const notices = without(desk(offer), NOW + 30_500).notices;
  expect(notices.map((notice) => notice.what)).toEqual(["untaken"]);
});

test("one that ends before its time, or was refused, is told in its own place alone", () => {
  expect(without(desk(offer), NOW + 5_000).notices).toEqual([]);
  expect(without(desk({ ...offer, refused: true }), NOW + 30_500).notices).toEqual([]);
});

test("a colleague's words are theirs, also where a reload has forgotten who said what", () => {
  const fresh = newLine({ ...held, new: true }, 1, true, NOW);
  const said = { by: "operator", cid: "mine", at: NOW + 1 } as const;
  expect(isOwn({ ...fresh, own: new Set(["mine"]) }, said)).toBe(true);
  expect(isOwn(fresh, said)).toBe(false);
  const reloaded = newLine(held, 1, false, NOW);
  expect(isOwn(reloaded, said)).toBe(true);
  expect(isOwn(reloaded, { ...said, at: NOW - 1 })).toBe(false);
  const giver = newLine({ ...held, part: "colleague" }, 1, false, NOW);
  expect(isOwn(giver, { ...said, at: NOW - 1 })).toBe(true);
});
