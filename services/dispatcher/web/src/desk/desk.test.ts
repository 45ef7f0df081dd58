import type { BoardFrame, HeldFrame, Role, WelcomeFrame } from "@shared/frames";
import type { Heard, OpenedMessage, Reading } from "@shared/sealed-link";
import { describe, expect, test } from "vitest";
import { announcement, noticeWords, titleOf } from "./announce";
import type { Snapshot } from "./console";
import { activeLine, EMPTY, pressing, type Desk } from "./desk";
import { A, after, heldFrame, NOW, welcomed } from "./frames.fixture";
import { unread, unsent, waitingSince } from "./line";

const B = "00000000-0000-4000-8000-00000000000b";
const C = "00000000-0000-4000-8000-00000000000c";

const welcome = (...conversations: string[]): WelcomeFrame => welcomed({ conversations });
const held = (conversation: string, said: Partial<HeldFrame> = {}): HeldFrame => heldFrame({ conversation, ...said });

const message = (conversation: string, seq: number, by: Role, at: number, body = "…", kind: Reading = "text"): OpenedMessage => ({
  t: "message",
  conversation,
  seq,
  by,
  at,
  cid: `cid-${conversation}-${seq}`,
  kind,
  body,
});

const first = (desk: Desk) => {
  const [line] = desk.lines;
  if (!line) throw new Error("no conversation on this desk");
  return line;
};

describe("a new conversation", () => {
  const desk = after(EMPTY, welcome(), held(A, { new: true }));

  test("stands out until it is opened", () => {
    expect(first(desk).fresh).toBe(true);
    expect(titleOf(desk)).toBe("(1) Nouvelle conversation");
    expect(activeLine(desk)).toBeUndefined();
    const opened = after(desk, { type: "open", id: A });
    expect(first(opened).fresh).toBe(false);
    expect(activeLine(opened)?.id).toBe(A);
  });

  test("stays new when the server tells it again", () => {
    expect(first(after(desk, held(A))).fresh).toBe(true);
  });

  test("is new too when it was assigned while the connection was lost", () => {
    expect(after(desk, welcome(A, B), held(A), held(B)).lines.map((line) => line.fresh)).toEqual([true, true]);
  });

  test("is announced once, in words", () => {
    const before = { desk: after(EMPTY, welcome()), lostAt: null } as Snapshot;
    const now = { ...before, desk } as Snapshot;
    expect(announcement(before, now)).toContain("Nouvelle conversation 1");
    expect(announcement(now, now)).toBeNull();
  });
});

describe("after a page reload", () => {
  test("what one had is on screen again and is not new", () => {
    const desk = after(EMPTY, { type: "wide", wide: true }, welcome(A, B, C), held(A), held(B), held(C));
    expect(desk.panes).toEqual({ ids: [A, B], active: 0 });
    expect(desk.lines.some((line) => line.fresh)).toBe(false);
  });

  test("how far the visitor has read comes back with it", () => {
    const desk = after(EMPTY, welcome(A), held(A, { delivered: 3, seen: 2 }));
    expect(first(desk).chat.progress.visitor).toEqual({ delivered: 3, seen: 2 });
  });
});

describe("the number of a conversation", () => {
  test("stays the same when another one leaves, and the free one is used again", () => {
    const three = after(EMPTY, welcome(), held(A), held(B), held(C));
    const two = after(three, { t: "erased", conversation: B, ended_by: "visitor" });
    expect(two.lines.map((line) => line.number)).toEqual([1, 3]);
    const again = after(two, held("00000000-0000-4000-8000-00000000000d", { new: true }));
    expect(again.lines.map((line) => line.number)).toEqual([1, 2, 3]);
  });
});

describe("the wait for an answer", () => {
  const desk = after(EMPTY, welcome(), held(A));

  test("runs from the assignment as long as nothing was said", () => {
    expect(waitingSince(first(desk))).toBe(NOW);
  });

  test("runs from the first of the visitor's messages that has no answer", () => {
    const asked = after(desk, message(A, 1, "operator", NOW + 1), message(A, 2, "visitor", NOW + 5_000));
    expect(waitingSince(after(asked, message(A, 3, "visitor", NOW + 9_000)).lines[0] ?? first(asked))).toBe(
      NOW + 5_000,
    );
  });

  test("does not count the time before the conversation came here", () => {
    expect(waitingSince(first(after(desk, message(A, 1, "visitor", NOW - 300_000))))).toBe(NOW);
  });

  test("is over once an answer is stored, not as soon as it is typed", () => {
    const asked = after(desk, message(A, 1, "visitor", NOW + 5_000));
    const said = after(asked, { type: "said", id: A, cid: "mine-0001", body: "Bonjour", kind: "text" });
    expect(waitingSince(first(said))).not.toBeNull();
    expect(waitingSince(first(after(said, message(A, 2, "operator", NOW + 6_000))))).toBeNull();
  });

  test("puts who has waited longest first", () => {
    const two = after(desk, held(B, { assigned_at: NOW - 10_000 }));
    expect(pressing(two).map(({ line }) => line.id)).toEqual([B, A]);
  });
});

describe("what is written", () => {
  const desk = after(EMPTY, welcome(), held(A), held(B), { type: "drafted", id: A, draft: "Je vous" });

  test("is kept for each conversation apart, and through a reconnection", () => {
    const back = after(desk, { type: "open", id: B }, welcome(A, B), held(A), held(B));
    expect(back.lines.map((line) => line.draft)).toEqual(["Je vous", ""]);
    expect(back.lines.map(unsent)).toEqual([true, false]);
  });

  test("stays when a card is sent meanwhile", () => {
    expect(first(after(desk, { type: "said", id: A, cid: "card-0001", body: "{}", kind: "card" })).draft).toBe("Je vous");
  });

  test("and refused stays in its place, to be sent again", () => {
    const refused = after(
      desk,
      { type: "said", id: A, cid: "mine-0001", body: "Bonjour", kind: "text" },
      { t: "error", code: "invalid", detail: "", conversation: A, cid: "mine-0001" },
    );
    expect(first(refused).chat.outgoing).toMatchObject([{ body: "Bonjour", refused: "invalid" }]);
    expect(refused.notices).toEqual([]);
  });
});

describe("a conversation that leaves", () => {
  const SECRET = "marque-unique-7319";
  const full = after(
    EMPTY,
    { type: "wide", wide: true },
    welcome(),
    held(A, { commune_name: SECRET }),
    held(B),
    message(A, 1, "visitor", NOW, SECRET),
    { type: "drafted", id: A, draft: SECRET },
    { type: "said", id: A, cid: "mine-0001", body: SECRET, kind: "card" },
    { type: "open", id: A },
    { type: "open", id: B },
    { type: "open", id: A },
  );

  const ways: [string, Desk][] = [
    ["erased", after(full, { t: "erased", conversation: A, ended_by: "red_button" })],
    ["released", after(full, { t: "released", conversation: A })],
    ["no longer ours after a reconnection", after(full, welcome(B), held(B))],
  ];

  test.each(ways)("(%s) leaves nothing behind", (_way, desk) => {
    expect(JSON.stringify(full)).toContain(SECRET);
    expect(JSON.stringify(desk)).not.toContain(SECRET);
    expect(JSON.stringify(desk)).not.toContain(A);
  });

  test.each(ways)("(%s) is said in one line, and no other conversation takes its place under the hands", (_way, desk) => {
    expect(desk.notices).toHaveLength(1);
    expect(desk.notices.map(noticeWords).join()).toContain("Conversation 1");
    expect(activeLine(desk)).toBeUndefined();
    expect(desk.panes.ids).toContain(B);
  });

  test("is not brought back by a late message", () => {
    const [, desk] = ways[0] ?? ["", EMPTY];
    expect(after(desk, message(A, 2, "visitor", NOW, SECRET))).toEqual(desk);
  });
});

test("only what others said and what was not on screen counts as unread", () => {
  const desk = after(
    EMPTY,
    welcome(),
    held(A),
    message(A, 1, "visitor", NOW),
    message(A, 2, "operator", NOW),
    message(A, 3, "visitor", NOW),
    { type: "seen", id: A, seq: 1 },
    { type: "seen", id: A, seq: 0 },
  );
  expect(unread(first(desk))).toBe(1);
});

test("the same error told again is one notice, and can be put away", () => {
  const error: Heard = { t: "error", code: "too_fast", detail: "" };
  const desk = after(EMPTY, welcome(), error, error);
  expect(desk.notices).toHaveLength(1);
  expect(after(desk, { type: "dismiss", notice: desk.notices[0]?.id ?? 0 }).notices).toEqual([]);
});

test("an end that was refused can be asked for again", () => {
  const asked = after(EMPTY, welcome(), held(A), { type: "ending", id: A });
  expect(first(asked).ending).toBe(true);
  const refused = after(asked, { t: "error", code: "unavailable", detail: "", conversation: A });
  expect(first(refused).ending).toBe(false);
});

test("the queues are shown as last told", () => {
  const board: BoardFrame = { t: "board", queues: [{ force: "police", category: "sexual", waiting: 2, oldest_s: 9 }] };
  expect(after(EMPTY, board)).toMatchObject({ queues: board.queues, queuesAt: NOW });
});
