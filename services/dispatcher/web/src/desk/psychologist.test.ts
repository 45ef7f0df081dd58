import type { PsychologistsFrame } from "@shared/frames";
import type { Heard, OpenedMessage } from "@shared/sealed-link";
import { expect, test } from "vitest";
import { EMPTY } from "./desk";
import { A, after, heldFrame, NOW, welcomed } from "./frames.fixture";
import { isOwn, newLine, unread } from "./line";
import { sitsAs } from "./snapshot";

const welcome = welcomed({ conversations: [A] });
const held = heldFrame();
const stand: PsychologistsFrame = { t: "psychologists", ever: true, open: true, present: 1, free: 0, waiting: 0, calls: [] };
const waits = { ...stand, calls: [{ conversation: A, force: "police", category: "domestic", place: 1, since: NOW }] } as const;

const told = (...frames: Heard[]): string[] => after(EMPTY, ...frames).notices.map((notice) => notice.what);

test("whoever waits for a psychologist when their hours end is told that nobody will come", () => {
  expect(told(welcome, held, waits, { ...stand, open: false })).toEqual(["uncalled"]);
});

test("one who came, and a call that was taken back, are no news of that kind", () => {
  expect(told(welcome, held, waits, stand)).toEqual([]);
  expect(told(welcome, held, waits, { ...held, psychologist: "psy1" }, { ...stand, open: false })).toEqual([]);
});

test("a psychologist who leaves reads that the chat goes on, an operator that another one has it", () => {
  const released = { t: "released", conversation: A } as const;
  expect(told(welcome, { ...held, part: "psychologist" }, released)).toEqual(["quit"]);
  expect(told(welcome, held, released)).toEqual(["released"]);
});

test("a psychologist's own words are what psychologists said, and none of them is unread", () => {
  const line = newLine({ ...held, part: "psychologist" }, 1, true, NOW);
  expect(isOwn(line, { by: "psychologist", cid: "x", at: NOW })).toBe(true);
  expect(isOwn(line, { by: "operator", cid: "x", at: NOW })).toBe(false);
  const message: OpenedMessage = { t: "message", conversation: A, by: "visitor", cid: "x", seq: 1, at: NOW, body: "x", kind: "text" };
  const read = (by: "psychologist" | "operator"): number =>
    unread(after({ ...EMPTY, lines: [line] }, { ...message, by }).lines[0] ?? line);
  expect([read("psychologist"), read("operator")]).toEqual([0, 1]);
});

test("whoever is both sits as an operator", () => {
  expect(sitsAs({ roles: ["psychologist"] })).toBe("psychologist");
  expect(sitsAs({ roles: ["operator", "psychologist"] })).toBe("operator");
  expect(sitsAs({ roles: ["psychologist", "supervisor"] })).toBe("psychologist");
  expect(sitsAs(null)).toBe("operator");
});
