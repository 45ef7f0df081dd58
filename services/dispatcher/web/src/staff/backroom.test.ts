import { dutyReader, makeShift, type ShiftKey } from "@shared/sealing/duty";
import type { Reader } from "@shared/sealing/keys";
import { NOW, Office } from "@shared/sealing/office.fixture";
import { makeSupervisionKey } from "@shared/sealing/supervision";
import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import type { Answer } from "../lib/ask";
import type { Calls, TrustedBy } from "./api";
import { Backroom } from "./backroom";
import { unread } from "./lines";
import type { SealedLine } from "./seal";

const NOTES = "conversation.0c9e3c1a-5d0e-4b7e-9d55-2f6f3f0a1b77";
const ROOM = "police.supervisors";

/** The dispatcher's part, in memory; `as` whose account calls. */
class Server {
  readonly places = new Map<string, SealedLine[]>();
  readers: TrustedBy[] = [];
  refusals: string[] = [];
  written = 0;

  as(by: string): Calls {
    const done = <T,>(value: T): Promise<Answer<T>> => Promise.resolve({ ok: true, value });
    return {
      lines: (place, after) => {
        const all = this.places.get(place) ?? [];
        return done({ last: all.length, lines: all.filter(({ seq }) => seq > after) });
      },
      readers: () => done({ readers: this.readers }),
      write: ({ place, cid, mark, sealed }) => {
        this.written += 1;
        const why = this.refusals.shift();
        if (why !== undefined) return Promise.resolve({ ok: false, why });
        const all = this.places.get(place) ?? [];
        const seq = all.find((line) => line.cid === cid)?.seq ?? all.length + 1;
        if (seq > all.length) this.places.set(place, [...all, { seq, cid, by, at: seq, mark, sealed }]);
        return done({ seq });
      },
      reseal: ({ place, seq, sealed }) => {
        const all = this.places.get(place) ?? [];
        this.places.set(place, all.map((line) => (line.seq === seq ? { ...line, sealed } : line)));
        return done(null);
      },
      present: () => done(null),
    };
  }
}

let office: Office;
let server: Server;
const rooms: Backroom[] = [];

beforeEach(async () => {
  office = await Office.make();
  server = new Server();
});
afterEach(() => {
  for (const room of rooms.splice(0)) room.close();
  vi.useRealTimers();
});

function page(operator: string, readers: readonly Reader[], ...places: string[]): Backroom {
  const room = new Backroom({
    url: "ws://havre.example/ws/staff",
    me: () => ({ operator, force: operator === "psy1" ? "gendarmerie" : "police", authority: office.authority }),
    forceOf: () => "police",
    readers: () => readers,
    credential: () => null,
    now: () => NOW,
    calls: server.as(operator),
  });
  rooms.push(room);
  room.follow(places);
  return room;
}

async function duty(): Promise<Reader & { told: TrustedBy }> {
  const { kid, credential, privateJwk } = await office.duty();
  return { ...(await dutyReader(kid, privateJwk)), told: { kid, credential, role: "duty", force: "police" } };
}

async function chief(): Promise<ShiftKey & { told: TrustedBy }> {
  const account = await office.account("gendarmerie", "operator", { roles: ["operator", "supervisor"] });
  const key = await makeSupervisionKey(account.key, account.certificate, "gendarmerie", NOW);
  const { kid, credential } = key;
  return { ...key, told: { kid, credential, role: "supervisor", force: "gendarmerie" } };
}

const texts = (room: Backroom, place: string): unknown[] => room.held(place).lines.map(({ opened }) => opened?.text ?? null);

describe("the back room", () => {
  test("keeps notes for whoever holds the duty key, and shows what does not open as what it is", async () => {
    const key = await duty();
    server.readers = [key.told];
    const one = page("police1", [key], NOTES);
    one.write(NOTES, { text: "rappeler l’hôpital", about: null });
    expect(one.pending(NOTES)).toHaveLength(1);
    await vi.waitFor(() => expect(texts(one, NOTES)).toEqual(["rappeler l’hôpital"]));
    expect(one.pending(NOTES)).toEqual([]);
    const next = page("police2", [key], NOTES);
    await vi.waitFor(() => expect(texts(next, NOTES)).toEqual(["rappeler l’hôpital"]));
    const stranger = page("police3", [await duty()], NOTES);
    await vi.waitFor(() => expect(texts(stranger, NOTES)).toEqual([null]));
    expect(JSON.stringify([...server.places])).not.toContain("hôpital");
  });

  test("seals notes again for a duty key that came later, so that who takes over reads them", async () => {
    const [old, young] = [await duty(), await duty()];
    server.readers = [old.told];
    const one = page("police1", [old], NOTES);
    one.write(NOTES, { text: "x", about: null });
    await vi.waitFor(() => expect(texts(one, NOTES)).toEqual(["x"]));
    const next = page("police2", [young], NOTES);
    await vi.waitFor(() => expect(texts(next, NOTES)).toEqual([null]));
    server.readers = [young.told];
    one.keysCame();
    await vi.waitFor(() => expect(server.places.get(NOTES)?.[0]?.sealed.recipients[0]?.header?.kid).toBe(young.kid));
    next.keysCame();
    await vi.waitFor(() => expect(texts(next, NOTES)).toEqual(["x"]));
  });

  test("lets supervisors of either force into a room, and into no conversation's notes, whoever says so", async () => {
    const [key, supervisor] = [await duty(), await chief()];
    server.readers = [key.told, supervisor.told];
    const one = page("police1", [key], NOTES, ROOM);
    for (const place of [NOTES, ROOM]) one.write(place, { text: "x", about: null });
    await vi.waitFor(() => expect([texts(one, NOTES), texts(one, ROOM)]).toEqual([["x"], ["x"]]));
    const above = page("chef1", [supervisor], NOTES, ROOM);
    await vi.waitFor(() => expect([texts(above, NOTES), texts(above, ROOM)]).toEqual([[null], ["x"]]));
    expect(one.unheard).toBeNull();
    server.readers = [key.told];
    one.write(ROOM, { text: "y", about: null });
    await vi.waitFor(() => expect(one.unheard).toBe(ROOM));
  });

  test("lets a psychologist who is called in read what was noted before, of the other force too if certified for both", async () => {
    const key = await duty();
    server.readers = [key.told];
    const one = page("police1", [key], NOTES);
    one.write(NOTES, { text: "x", about: null });
    await vi.waitFor(() => expect(texts(one, NOTES)).toEqual(["x"]));
    const account = await office.account("gendarmerie", "psychologist", { both: true });
    const shift = await makeShift(account.key, account.certificate, "gendarmerie", "psychologist", NOW);
    const { kid, credential } = shift;
    server.readers = [key.told, { kid, credential, role: "psychologist", force: "police" }];
    const called = page("psy1", [shift], NOTES);
    await vi.waitFor(() => expect(texts(called, NOTES)).toEqual([null]));
    one.look(NOTES);
    await vi.waitFor(() => expect(server.places.get(NOTES)?.[0]?.sealed.recipients).toHaveLength(2));
    called.look(NOTES);
    await vi.waitFor(() => expect(texts(called, NOTES)).toEqual(["x"]));
    called.write(NOTES, { text: "y", about: null });
    await vi.waitFor(() => expect(texts(called, NOTES)).toEqual(["x", "y"]));
    one.look(NOTES);
    await vi.waitFor(() => expect(texts(one, NOTES)).toEqual(["x", "y"]));
  });

  test("seals nothing for keys that nobody stands for, of another force, or of another use", async () => {
    const [key, elsewhere] = [await duty(), await Office.make()];
    const strangers = [await elsewhere.duty(), await office.duty("gendarmerie")].map(
      ({ kid, credential }): TrustedBy => ({ kid, credential, role: "duty", force: "police" }),
    );
    const account = await office.account();
    const shift = await makeShift(account.key, account.certificate, "police", "operator", NOW);
    const posing: TrustedBy = { kid: shift.kid, credential: shift.credential, role: "supervisor", force: "police" };
    server.readers = [key.told, ...strangers, posing];
    const one = page("police1", [key], ROOM);
    one.write(ROOM, { text: "x", about: null });
    await vi.waitFor(() => expect(texts(one, ROOM)).toEqual(["x"]));
    expect(server.places.get(ROOM)?.[0]?.sealed.recipients.map(({ header }) => header?.kid)).toEqual([key.kid]);
    server.readers = strangers;
    one.write(ROOM, { text: "y", about: null });
    await vi.waitFor(() => expect(one.pending(ROOM)[0]?.why).toBe("nobody"));
  });

  test("hands a line in again under the same id while the server is away, and shows what is refused", async () => {
    vi.useFakeTimers({ toFake: ["setTimeout"] });
    const key = await duty();
    server.readers = [key.told];
    const one = page("police1", [key], ROOM);
    server.refusals = ["unavailable", "unavailable"];
    one.write(ROOM, { text: "x", about: null });
    await vi.waitFor(() => {
      vi.advanceTimersByTime(2_000);
      expect(texts(one, ROOM)).toEqual(["x"]);
    });
    expect([server.written, server.places.get(ROOM)?.length]).toEqual([3, 1]);
    server.refusals = ["full"];
    one.write(ROOM, { text: "y", about: null });
    await vi.waitFor(() => {
      vi.advanceTimersByTime(100);
      expect(one.pending(ROOM)[0]?.why).toBe("full");
    });
    expect(one.unsaved).toBe(true);
    one.drop(one.pending(ROOM)[0]?.cid ?? "");
    expect(one.unsaved).toBe(false);
  });

  test("tells what another said, counts it until it is seen, and forgets what is followed no more", async () => {
    const key = await duty();
    server.readers = [key.told];
    const [one, other] = [page("police1", [key], ROOM), page("police2", [key], ROOM)];
    one.write(ROOM, { text: "x", about: null });
    await vi.waitFor(() => expect(texts(one, ROOM)).toEqual(["x"]));
    expect(one.news).toBeNull();
    other.keysCame();
    await vi.waitFor(() => expect(other.news).toEqual({ place: ROOM, by: "police1", number: 1 }));
    expect(unread(other.held(ROOM), other.me)).toBe(1);
    other.seen([ROOM]);
    expect(unread(other.held(ROOM), other.me)).toBe(0);
    other.follow([NOTES]);
    expect(texts(other, ROOM)).toEqual([]);
  });
});
