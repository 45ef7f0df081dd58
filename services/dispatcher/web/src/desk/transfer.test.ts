import type { Offer } from "@shared/frames";
import { expect, test } from "vitest";
import { EMPTY, reduce, type Desk } from "./desk";
import { A, after, heldFrame, NOW, welcomed } from "./frames.fixture";
import { isOwn, newLine } from "./line";

const welcome = welcomed({ conversations: [A] });
const held = heldFrame();
const offer: Offer = { conversation: A, giver: "police1", force: "police", category: "domestic", until: NOW + 30_000, to: "police2" };

const desk = (...offers: Offer[]): Desk => after(EMPTY, welcome, held, { t: "offers", offers });

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
