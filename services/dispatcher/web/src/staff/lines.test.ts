import { describe, expect, test } from "vitest";
import { askAfter, type Held, type Line, merged, newest, NOTHING, seenAll, together, unread } from "./lines";

const PLACE = "police.colleagues";

function line(seq: number, by: string, text: string | null = `text ${seq}`, at = seq): Line {
  const sealed = { seq, cid: `cid-${seq}`, by, at, mark: "m", sealed: { recipients: [] } };
  const opened = text === null ? null : { text, about: null, plain: new Uint8Array() };
  return { sealed: sealed as unknown as Line["sealed"], opened };
}

const held = (...lines: Line[]): Held => ({ lines, seen: 0 });

describe("lines of a place", () => {
  test("stand in order whatever order they came in, each once, as it is now", () => {
    const after = merged(held(line(1, "a"), line(3, "a", null)), [line(3, "a", "opened"), line(2, "b")]);
    expect(after.lines.map(({ opened }) => opened?.text)).toEqual(["text 1", "text 2", "opened"]);
  });

  test("are asked for from the first note that did not open, and in a room from the last line", () => {
    const some = held(line(1, "a"), line(2, "a", null), line(3, "a"));
    expect(askAfter("conversation.x", some)).toBe(1);
    expect(askAfter(PLACE, some)).toBe(3);
    expect(askAfter(PLACE, NOTHING)).toBe(0);
  });

  test("of others are unread until somebody looks; one's own and closed ones never are", () => {
    const some = held(line(1, "me"), line(2, "other"), line(3, "other", null), line(4, "other"));
    expect(unread(some, "me")).toBe(2);
    expect(unread(seenAll(some), "me")).toBe(0);
    expect(seenAll(seenAll(some))).toEqual(seenAll(some));
  });

  test("that another has just said are news, once", () => {
    const before = held(line(1, "other"));
    expect(newest(before, merged(before, [line(2, "other")]), "me")?.sealed.seq).toBe(2);
    expect(newest(before, merged(before, [line(2, "me")]), "me")).toBeNull();
    expect(newest(before, merged(before, [line(1, "other", "again")]), "me")).toBeNull();
  });

  test("of several rooms are one list, as they were said", () => {
    const rooms = new Map([
      ["police.supervisors", held(line(1, "a", "first", 10), line(2, "a", "third", 30))],
      [PLACE, held(line(1, "b", "second", 20))],
    ]);
    expect(together(rooms, 0).map((one) => one.line.opened?.text)).toEqual(["first", "second", "third"]);
    expect(together(rooms, 15)).toHaveLength(2);
  });
});
