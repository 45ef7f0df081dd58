import { describe, expect, test } from "vitest";
import { begin, type Conversation, lastSeq, mark, reduce, shown, typists } from "./conversation";
import type { Role } from "./frames";
import type { Heard, OpenedMessage } from "./sealed-link";

const ID = "0190b2f0-0000-7000-8000-000000000001";

const hear = (conversation: Conversation, frame: Heard, now = 0): Conversation =>
  reduce(conversation, { type: "frame", frame, now });

const message = (seq: number, by: Role = "operator", cid = `cid-${seq}-xxxx`): OpenedMessage => ({
  t: "message",
  conversation: ID,
  seq,
  by,
  cid,
  at: seq * 1000,
  kind: "text",
  body: `body ${seq}`,
});

const seqs = (conversation: Conversation): number[] => conversation.messages.map((each) => each.seq);

describe("a conversation", () => {
  test("shows messages in order of sequence number, each once, however they arrive", () => {
    const heard = [3, 1, 2, 2, 3, 5].reduce((state, seq) => hear(state, message(seq)), begin(ID, "visitor"));
    expect(seqs(heard)).toEqual([1, 2, 3, 5]);
    expect(lastSeq(heard)).toBe(3);
  });

  test("moves a message from outgoing to stored when the server has it", () => {
    const said = reduce(begin(ID, "visitor"), { type: "said", cid: "mine-1234", body: "body 1", kind: "text" });
    expect(said.outgoing).toHaveLength(1);
    const stored = hear(said, message(1, "visitor", "mine-1234"));
    expect(stored.outgoing).toEqual([]);
    expect(seqs(stored)).toEqual([1]);
  });

  test("keeps a refused message and says why, until the person takes it back", () => {
    const said = reduce(begin(ID, "visitor"), { type: "said", cid: "mine-1234", body: "x", kind: "text" });
    const refused = hear(said, { t: "error", code: "too_large", detail: "", conversation: ID, cid: "mine-1234" });
    expect(refused.outgoing[0]?.refused).toBe("too_large");
    expect(reduce(refused, { type: "withdrawn", cid: "mine-1234" }).outgoing).toEqual([]);
  });

  test("counts a message that only carries keys, and shows it to nobody", () => {
    const heard = [message(1), { ...message(2, "visitor"), kind: "keys", body: "" } as const, message(3)].reduce(
      (state, frame) => hear(state, frame),
      begin(ID, "visitor"),
    );
    expect(lastSeq(heard)).toBe(3);
    expect(shown(heard).map((each) => each.seq)).toEqual([1, 3]);
  });

  test("reads a sealed message once its key has come, in its place", () => {
    const before = [{ ...message(1), kind: "sealed", body: "" } as const, message(2)].reduce(
      (state, frame) => hear(state, frame),
      begin(ID, "operator"),
    );
    expect(shown(before)[0]).toMatchObject({ kind: "sealed", body: "" });
    expect(shown(hear(before, message(1)))[0]).toMatchObject({ kind: "text", body: "body 1" });
    expect(shown(hear(before, { ...message(2), body: "another" }))[1]).toMatchObject({ body: "body 2" });
  });

  test("marks what was said as stored, delivered, seen, and never goes back", () => {
    const first = { seq: 1, cid: "mine-1234", by: "visitor", at: 0, body: "x", kind: "text" } as const;
    const receipt = (delivered: number, seen: number, by: Role = "operator"): Heard => ({
      t: "receipt",
      conversation: ID,
      delivered,
      seen,
      by,
    });
    let state = hear(begin(ID, "visitor"), message(1, "visitor", "mine-1234"));
    expect(mark(state, first)).toBe("stored");
    state = hear(state, receipt(9, 9, "visitor"));
    expect(mark(state, first)).toBe("stored");
    state = hear(state, receipt(1, 0));
    expect(mark(state, first)).toBe("delivered");
    state = hear(state, receipt(1, 1));
    expect(mark(hear(state, receipt(0, 0)), first)).toBe("seen");
  });

  test("shows who is writing for five seconds, or until their message is there", () => {
    const typing = hear(begin(ID, "visitor"), { t: "typing", conversation: ID, by: "operator" }, 1_000);
    expect(typists(typing, 5_999)).toEqual(["operator"]);
    expect(typists(typing, 6_000)).toEqual([]);
    expect(typists(hear(typing, message(1), 2_000), 2_000)).toEqual([]);
  });

  test("is not changed by what belongs to another conversation", () => {
    const state = begin(ID, "operator");
    expect(hear(state, { ...message(1), conversation: "0190b2f0-0000-7000-8000-000000000002" })).toBe(state);
  });
});
