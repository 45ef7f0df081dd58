import type { OperatorFrame, ServerFrame } from "@shared/frames";
import { held as holder, ID, Log, NOW, Office } from "@shared/sealing/office.fixture";
import { VisitorKeys } from "@shared/sealing/visitor";
import { calculateJwkThumbprint, decodeJwt } from "jose";
import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import type { KeyedAccount } from "../sealing/keyring";
import { keyedAccount } from "../sealing/staff.fixture";
import { Console } from "./console";
import { heldFrame, welcomed } from "./frames.fixture";
import { unread, waitingSince } from "./line";

const PASSWORD = "a password that is long";
const welcome = welcomed({ at: NOW + 90_000 });

/** The server's end of the one connection to visitors that a test makes. */
class Wire extends EventTarget {
  static readonly OPEN = 1;
  static made: Wire[] = [];
  readonly readyState = Wire.OPEN;
  readonly sent: OperatorFrame[] = [];
  onopen: (() => void) | null = null;
  onmessage: ((event: { data: string }) => void) | null = null;

  constructor(url: string) {
    super();
    if (!url.endsWith("/staff")) Wire.made.push(this);
  }
  send(text: string): void {
    this.sent.push(JSON.parse(text) as OperatorFrame);
  }
  close(): void {
    this.onmessage = null;
  }
  say(frame: ServerFrame): void {
    this.onmessage?.({ data: JSON.stringify(frame) });
  }
}

const conversation = heldFrame({ conversation: ID, opened_at: NOW, assigned_at: NOW });

let office: Office;
let account: KeyedAccount;

async function seated(): Promise<{ desk: Console; wire: Wire }> {
  const desk = new Console("ws://havre.example/ws");
  expect(await desk.session.login("police1", PASSWORD)).toBeNull();
  const [wire] = Wire.made;
  if (!wire) throw new Error("no connection was made");
  wire.onopen?.();
  wire.say(welcome);
  return { desk, wire };
}

/** The name of this console's shift key, and the proof that it said. */
async function shiftOf(wire: Wire): Promise<{ kid: string; credential: string }> {
  const sync = wire.sent.find((frame) => frame.t === "sync");
  const { statement } = JSON.parse(sync?.credential ?? "") as { statement: string };
  const { cnf } = decodeJwt<{ cnf: { jwk: object } }>(statement);
  return { kid: await calculateJwkThumbprint(cnf.jwk), credential: sync?.credential ?? "" };
}

beforeEach(async () => {
  vi.useFakeTimers({ now: NOW, toFake: ["setTimeout", "clearTimeout", "Date"] });
  office = await Office.make();
  account = await keyedAccount(office, "police1", PASSWORD);
  Wire.made = [];
  vi.stubGlobal("WebSocket", Wire);
  vi.stubGlobal("fetch", (path: string) => {
    const who = { ...account, at: NOW, session_ends_at: NOW + 3_600_000 };
    const said = path.startsWith("/api/staff/") ? { last: 0, lines: [], readers: [] } : who;
    return Promise.resolve(new Response(JSON.stringify(said)));
  });
});
afterEach(() => {
  vi.unstubAllGlobals();
  vi.useRealTimers();
});

describe("the console at its desk", () => {
  test("has the server's clock from the welcome, and asks for nothing more", async () => {
    const { desk, wire } = await seated();
    await vi.waitFor(() => expect(desk.snapshot.skew).toBe(90_000));
    expect(wire.sent.map((frame) => frame.t)).toEqual(["sync"]);
  });

  test("shows the status that the server says, whatever was asked for", async () => {
    const { desk, wire } = await seated();
    desk.status("paused");
    expect(wire.sent.at(-1)).toEqual({ t: "status", status: "paused" });
    wire.say({ t: "status", status: "available" });
    await vi.waitFor(() => expect(desk.snapshot.desk.welcome?.status).toBe("available"));
  });
});

describe("what is sealed", () => {
  const line = (desk: Console) => {
    const [found] = desk.snapshot.desk.lines;
    if (!found) throw new Error("no conversation on this desk");
    return found;
  };
  const bodies = (desk: Console): string[] =>
    line(desk).chat.messages.filter((message) => message.kind !== "keys").map(({ kind, body }) => `${kind} ${body}`);

  test("waits for its key, cannot be answered before, and then opens in its place", async () => {
    const { desk, wire } = await seated();
    const log = new Log(await VisitorKeys.make(office.authority));
    await log.say("bonjour");
    wire.say({ ...welcome, conversations: [ID] });
    wire.say(conversation);
    for (const message of log.messages) wire.say(message);
    await vi.waitFor(() => expect(bodies(desk)).toEqual(["sealed "]));
    expect(line(desk).keyed).toBe(false);
    await log.admit(holder(await shiftOf(wire)));
    await log.say("vous êtes là ?");
    for (const message of log.messages.slice(1)) wire.say(message);
    await vi.waitFor(() => expect(bodies(desk)).toEqual(["text bonjour", "text vous êtes là ?"]));
    expect(line(desk).keyed).toBe(true);
    expect(unread(line(desk))).toBe(2);
    expect(waitingSince(line(desk))).toBe(NOW);
    desk.say(ID, "je suis là");
    await vi.waitFor(() => expect(wire.sent.some((frame) => frame.t === "say")).toBe(true));
    expect(JSON.stringify(wire.sent)).not.toContain("je suis là");
  });

  test("is said to be unreadable when it was sealed for another place, and never left out", async () => {
    const { desk, wire } = await seated();
    const log = new Log(await VisitorKeys.make(office.authority));
    await log.admit(holder(await shiftOf(wire)));
    const said = await log.say("bonjour");
    wire.say({ ...welcome, conversations: [ID] });
    wire.say(conversation);
    for (const message of log.messages.slice(0, 1)) wire.say(message);
    wire.say({ ...said, cid: "another-client-id" });
    await vi.waitFor(() => expect(bodies(desk)).toEqual(["unreadable "]));
  });

  test("is not what the service says: that is shown, and is nobody's word", async () => {
    const { desk, wire } = await seated();
    const log = new Log(await VisitorKeys.make(office.authority));
    await log.admit(holder(await shiftOf(wire)));
    await log.say("bonjour");
    const status = JSON.stringify({ v: 1, report: ID, status: "submitted" });
    log.put(status, "service", `r-${ID}-1`);
    wire.say({ ...welcome, conversations: [ID] });
    wire.say(conversation);
    for (const message of log.messages) wire.say(message);
    await vi.waitFor(() => expect(bodies(desk)).toEqual(["text bonjour", `service ${status}`]));
    expect(unread(line(desk))).toBe(1);
    expect(waitingSince(line(desk))).toBe(NOW);
  });

  test("leaves no key behind when the conversation does", async () => {
    const { desk, wire } = await seated();
    const log = new Log(await VisitorKeys.make(office.authority));
    await log.admit(holder(await shiftOf(wire)));
    wire.say({ ...welcome, conversations: [ID] });
    wire.say(conversation);
    for (const message of log.messages) wire.say(message);
    await vi.waitFor(() => expect(line(desk).keyed).toBe(true));
    wire.say({ t: "released", conversation: ID });
    wire.say(conversation);
    await vi.waitFor(() => expect(line(desk).keyed).toBe(false));
  });
});

describe("without a key", () => {
  test("a wrong secret is refused, and an account that has none is told so", async () => {
    const desk = new Console("ws://havre.example/ws");
    expect(await desk.session.login("police1", "not the password of its key")).toBe("key");
    expect(Wire.made).toEqual([]);
    account = { ...account, certificate: null, account_key: null };
    expect(await desk.session.login("police1", PASSWORD)).toBeNull();
    expect(desk.snapshot.mode).toBe("keyless");
    expect(Wire.made).toEqual([]);
  });

  test("a reload asks for the secret again, and goes on with the session that there is", async () => {
    const desk = new Console("ws://havre.example/ws");
    await desk.session.start();
    expect(desk.snapshot.mode).toBe("locked");
    expect(await desk.session.unlock("not the password of its key")).toBe("key");
    expect(await desk.session.unlock(PASSWORD)).toBeNull();
    expect(desk.snapshot.mode).toBe("desk");
    expect(Wire.made).toHaveLength(1);
  });

  test("a shift key that the server refuses is not kept", async () => {
    const { desk, wire } = await seated();
    await vi.waitFor(() => expect(desk.snapshot.link).toBe("ready"));
    const other = new Console("ws://havre.example/ws");
    await other.session.login("police1", PASSWORD);
    const [, second] = Wire.made;
    second?.onopen?.();
    second?.say({ t: "error", code: "forbidden", detail: "of another time" });
    await vi.waitFor(() => expect(other.snapshot.mode).toBe("locked"));
    expect(wire.sent[0]?.t).toBe("sync");
  });
});
