import { begin, type Conversation, reduce } from "@shared/conversation";
import { readDecided, readDocument } from "@shared/report";
import { answered, FIELDS_SAID, PartnerOffice, REPORT } from "@shared/report/office.fixture";
import { VisitorKeys } from "@shared/sealing/visitor";
import { base64url } from "jose";
import { beforeEach, describe, expect, test, vi } from "vitest";
import type { Asking } from "./errands";
import { ReportRoom } from "./room";
import { speak } from "./words";

const CONVERSATION = "0190b2f0-0000-7000-8000-000000000001";
const office = await PartnerOffice.make();
const keys = await VisitorKeys.make(office.authority.jwk);
const t = await speak("fr");

describe("the room of the signalements", () => {
  let conversation: Conversation;
  let said: object[];
  let asked: Asking[];
  let room: ReportRoom;

  const hear = (by: "operator" | "visitor" | "service", kind: "proposal" | "consent" | "service", data: object): void => {
    const seq = conversation.messages.length + 1;
    const place = { t: "message", conversation: CONVERSATION, seq, at: seq, cid: `cid-${seq}` } as const;
    conversation = reduce(conversation, { type: "frame", frame: { ...place, by, kind, body: JSON.stringify(data) }, now: 0 });
    room.read();
  };
  const propose = async (change: object = {}): Promise<void> => {
    hear("operator", "proposal", { report: REPORT, recipient: { ...(await office.recipient()), ...change }, fields: FIELDS_SAID });
    await vi.waitFor(() => expect(room.views[0]?.proof).not.toBe("checking"));
  };
  const agree = async () => {
    await room.yes(1);
    const decided = readDecided(JSON.stringify(said.at(-1)));
    if (decided) hear("visitor", "consent", decided);
    return decided && readDocument(decided.document ?? "");
  };

  beforeEach(() => {
    conversation = begin(CONVERSATION, "visitor");
    [said, asked] = [[], []];
    room = new ReportRoom({
      authority: office.authority.jwk,
      t,
      words: true,
      conversation: () => conversation,
      keys: () => keys,
      phrase: () => null,
      say: (decision) => said.push(decision),
      drop: () => undefined,
      send: (frame) => asked.push(frame) > 0,
      draw: () => undefined,
      changed: () => undefined,
    });
  });

  test("agrees to exactly what stands in the form when the button is pressed", async () => {
    await propose();
    room.fill(1, { type: "typed", name: "when", value: "Ce matin" });
    room.fill(1, { type: "strike", name: "contact" });
    const yes = agree();
    room.fill(1, { type: "typed", name: "when", value: "changé après" });
    expect((await yes)?.fields).toEqual([FIELDS_SAID[0], ["when", "Ce matin"]]);
    expect(said).toHaveLength(1);
  });

  test("agrees to nothing for a recipient that is not proved, and says so", async () => {
    await propose({ name: "Un autre service" });
    expect(room.views[0]?.proof).toBe("unproved");
    await room.yes(1);
    expect(said).toEqual([]);
    expect(room.views[0]?.step).toBe("failed");
  });

  test("opens the answer with the key that it made, and shows none that does not open", async () => {
    await propose();
    const key = base64url.decode((await agree())?.answerKey ?? "");
    const answer = { v: 1, report: REPORT, reference: "2026/1", appointment: null, message: null };
    hear("service", "service", { v: 1, report: REPORT, status: "taken", answer: await answered(key, answer) });
    await vi.waitFor(() => expect(room.views[0]?.answer).toMatchObject({ reference: "2026/1" }));
    hear("service", "service", { v: 1, report: REPORT, status: "taken", answer: await answered(new Uint8Array(32), answer) });
    await vi.waitFor(() => expect(room.views[0]?.answer).toBe("closed"));
  });

  test("takes back what arrives only after it was taken back", async () => {
    await propose();
    await agree();
    room.withdraw(1);
    await vi.waitFor(() => expect(asked).toHaveLength(1));
    hear("visitor", "consent", { report: REPORT, decision: "withdrawn" });
    room.heard({ t: "error", code: "not_found", detail: "", conversation: CONVERSATION });
    expect(room.views[0]?.withdrawal).toBe("unknown");
    hear("service", "service", { v: 1, report: REPORT, status: "submitted" });
    await vi.waitFor(() => expect(asked).toHaveLength(2));
    room.heard({ t: "withdrawn", conversation: CONVERSATION, report: REPORT, status: "withdrawn" });
    expect(room.views[0]?.withdrawal).toBe("withdrawn");
  });

  test("says what goes on after an end only while something does, and forgets all of it", async () => {
    await propose();
    expect(room.afterwards).toBeNull();
    await agree();
    expect(room.afterwards).toBe(t("maybeSent"));
    hear("service", "service", { v: 1, report: REPORT, status: "submitted" });
    expect(room.afterwards).toBe(t("goesOn"));
    room.forget();
    expect(room.views).toEqual([]);
    expect(room.afterwards).toBeNull();
  });
});
