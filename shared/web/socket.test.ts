import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import type { SayFrame, ServerFrame, VisitorFrame } from "./frames";
import { ACK_MS, Link, type LinkStatus, PING_MS } from "./socket";

const ID = "0190b2f0-0000-7000-8000-000000000001";
const TOKEN = "t".repeat(32);

/** The other end of a socket, by hand. */
class Wire {
  static made: Wire[] = [];
  static get latest(): Wire {
    const latest = Wire.made.at(-1);
    if (!latest) throw new Error("no connection was made");
    return latest;
  }

  readyState: number = WebSocket.CONNECTING;
  readonly sent: VisitorFrame[] = [];
  onopen: (() => void) | null = null;
  onmessage: ((event: { data: string }) => void) | null = null;
  onclose: ((event: { code: number }) => void) | null = null;

  constructor() {
    Wire.made.push(this);
  }
  send(text: string): void {
    this.sent.push(JSON.parse(text) as VisitorFrame);
  }
  close(): void {
    this.readyState = WebSocket.CLOSED;
  }
  accept(): this {
    this.readyState = WebSocket.OPEN;
    this.onopen?.();
    return this;
  }
  say(frame: ServerFrame): void {
    this.onmessage?.({ data: JSON.stringify(frame) });
  }
  break(code = 1006): void {
    this.readyState = WebSocket.CLOSED;
    this.onclose?.({ code });
  }
  said(): string[] {
    return this.sent.filter((frame): frame is SayFrame => frame.t === "say").map((say) => say.body);
  }
  ack(seq: number): void {
    const says = this.sent.filter((frame): frame is SayFrame => frame.t === "say");
    const say = says.at(-1);
    if (!say) throw new Error("nothing was said");
    this.say({ t: "ack", conversation: ID, cid: say.cid, seq, at: seq });
  }
}

const message = (seq: number): ServerFrame => ({
  t: "message",
  conversation: ID,
  seq,
  by: "operator",
  cid: `theirs-${seq}-x`,
  at: 0,
  body: `body ${seq}`,
});

let heard: ServerFrame[];
let statuses: LinkStatus[];

function link(): Link<VisitorFrame> {
  let opened = false;
  return new Link<VisitorFrame>({
    url: "ws://test/ws",
    self: "visitor",
    finalCodes: [4001],
    first: (seqs) =>
      opened
        ? { t: "resume", conversation: ID, token: TOKEN, seq: seqs[ID] ?? 0 }
        : { t: "open", category: "domestic", audience: "victim" },
    onFrame: (frame) => {
      opened ||= frame.t === "opened";
      heard.push(frame);
    },
    onStatus: (status) => statuses.push(status),
    connect: () => new Wire() as unknown as WebSocket,
  });
}

function working(solve: (puzzle: string) => Promise<void>, work: () => string): Link<VisitorFrame> {
  return new Link<VisitorFrame>({
    url: "ws://test/ws",
    self: "visitor",
    first: () => ({ t: "open", category: "domestic", audience: "victim", work: work() }),
    onFrame: (frame) => heard.push(frame),
    solve,
    connect: () => new Wire() as unknown as WebSocket,
  });
}

function ready(): Link<VisitorFrame> {
  const made = link();
  made.open();
  Wire.latest.accept().say({ t: "opened", conversation: ID, token: TOKEN });
  return made;
}

beforeEach(() => {
  vi.useFakeTimers();
  vi.spyOn(Math, "random").mockReturnValue(0);
  vi.stubGlobal("WebSocket", { CONNECTING: 0, OPEN: 1, CLOSED: 3 });
  Wire.made = [];
  heard = [];
  statuses = [];
});

afterEach(() => {
  vi.useRealTimers();
  vi.unstubAllGlobals();
  vi.restoreAllMocks();
});

describe("the link", () => {
  test("says open first, and resume with the last number held after a lost connection", () => {
    ready();
    Wire.latest.say(message(1));
    Wire.latest.break();
    vi.advanceTimersByTime(1_000);
    expect(Wire.made).toHaveLength(2);
    expect(Wire.latest.accept().sent[0]).toEqual({ t: "resume", conversation: ID, token: TOKEN, seq: 1 });
    expect(statuses).toEqual(["connecting", "ready", "lost", "connecting"]);
  });

  test("keeps what is said until it is acknowledged, and sends it again after a reconnect with the same id", () => {
    const made = ready();
    made.say(ID, "one");
    const first = Wire.latest.sent.find((frame) => frame.t === "say");
    Wire.latest.break();
    made.say(ID, "two");
    vi.advanceTimersByTime(1_000);
    Wire.latest.accept().say({ t: "resumed", conversation: ID, seq: 0 });
    expect(Wire.latest.sent.find((frame) => frame.t === "say")).toEqual(first);
    Wire.latest.ack(1);
    Wire.latest.ack(2);
    expect(heard.filter((frame) => frame.t === "message").map((frame) => [frame.seq, frame.body, frame.by])).toEqual([
      [1, "one", "visitor"],
      [2, "two", "visitor"],
    ]);
  });

  test("has one message of a conversation on its way at a time, so that a refusal cannot change their order", () => {
    const made = ready();
    made.say(ID, "one");
    made.say(ID, "two");
    expect(Wire.latest.said()).toEqual(["one"]);
    const say = Wire.latest.sent.at(-1) as SayFrame;
    Wire.latest.say({ t: "error", code: "too_fast", detail: "", conversation: ID, cid: say.cid, retry_after_ms: 700 });
    vi.advanceTimersByTime(699);
    expect(Wire.latest.said()).toEqual(["one"]);
    vi.advanceTimersByTime(1);
    expect(Wire.latest.said()).toEqual(["one", "one"]);
    Wire.latest.ack(1);
    expect(Wire.latest.said()).toEqual(["one", "one", "two"]);
    expect(heard.some((frame) => frame.t === "error")).toBe(false);
  });

  test("sends a message again when no acknowledgement comes", () => {
    const made = ready();
    made.say(ID, "one");
    Wire.latest.say({ t: "pong", at: 0 });
    vi.advanceTimersByTime(ACK_MS);
    expect(Wire.latest.said()).toEqual(["one", "one"]);
  });

  test("gives up a message that the server refuses for good, tells of it, and goes on with the next", () => {
    const made = ready();
    made.say(ID, "one");
    made.say(ID, "two");
    const say = Wire.latest.sent.at(-1) as SayFrame;
    Wire.latest.say({ t: "error", code: "too_large", detail: "", conversation: ID, cid: say.cid });
    expect(heard.at(-1)?.t).toBe("error");
    expect(Wire.latest.said()).toEqual(["one", "two"]);
  });

  test("drops a doubled message and asks at once for a missing one", () => {
    ready();
    Wire.latest.say(message(1));
    Wire.latest.say(message(1));
    Wire.latest.say(message(3));
    expect(heard.filter((frame) => frame.t === "message")).toHaveLength(2);
    expect(Wire.latest.sent.at(-1)).toEqual({ t: "ping", seqs: { [ID]: 1 } });
    Wire.latest.say(message(2));
    expect(heard.filter((frame) => frame.t === "message")).toHaveLength(3);
  });

  test("pings every ten seconds, and takes an unanswered ping for a dead connection", () => {
    ready();
    vi.advanceTimersByTime(PING_MS);
    expect(Wire.latest.sent.at(-1)?.t).toBe("ping");
    Wire.latest.say({ t: "pong", at: 0 });
    vi.advanceTimersByTime(PING_MS);
    expect(Wire.made).toHaveLength(1);
    vi.advanceTimersByTime(PING_MS + 500);
    expect(Wire.made).toHaveLength(2);
  });

  test("does not wait for ever for a connection that never opens", () => {
    link().open();
    vi.advanceTimersByTime(PING_MS + 500);
    expect(Wire.made).toHaveLength(2);
  });

  test("waits longer between attempts, ten seconds at most", () => {
    link().open();
    const waits: number[] = [];
    for (let attempt = 0; attempt < 8; attempt += 1) {
      const before = Date.now();
      const count = Wire.made.length;
      Wire.latest.break();
      while (Wire.made.length === count) vi.advanceTimersByTime(50);
      waits.push(Date.now() - before);
    }
    expect(waits).toEqual([250, 500, 1000, 2000, 4000, 5000, 5000, 5000]);
  });

  test("sends what must arrive later once the connection is ready again", () => {
    const made = ready();
    Wire.latest.break();
    made.later({ t: "end", conversation: ID });
    vi.advanceTimersByTime(1_000);
    Wire.latest.accept().say({ t: "resumed", conversation: ID, seq: 0 });
    expect(Wire.latest.sent.at(-1)).toEqual({ t: "end", conversation: ID });
  });

  test("says its first frame again, later, when it is refused for a while", () => {
    link().open();
    Wire.latest.accept().say({ t: "error", code: "unavailable", detail: "" });
    expect(heard.at(-1)?.t).toBe("error");
    vi.advanceTimersByTime(1_000);
    expect(Wire.made).toHaveLength(2);
    expect(Wire.latest.accept().sent[0]?.t).toBe("open");
  });

  test("does the work that the server asks for, and then says its first frame again, with it", async () => {
    let work = "";
    const made = working((puzzle) => {
      work = `solved ${puzzle}`;
      return Promise.resolve();
    }, () => work);
    made.open();
    Wire.latest.accept().say({ t: "challenge", puzzle: "this" });
    await vi.advanceTimersByTimeAsync(0);
    expect(Wire.latest.sent.at(-1)).toMatchObject({ t: "open", work: "solved this" });
    expect(Wire.made).toHaveLength(1);
  });

  test("brings the work along on a new connection when the one that asked for it is gone", async () => {
    let work = "";
    let finish = (): void => undefined;
    const made = working(
      () =>
        new Promise((resolve) => {
          finish = () => {
            work = "solved";
            resolve();
          };
        }),
      () => work,
    );
    made.open();
    const asked = Wire.latest.accept();
    asked.say({ t: "challenge", puzzle: "this" });
    asked.break();
    finish();
    await vi.advanceTimersByTimeAsync(1_000);
    expect(asked.sent).toHaveLength(1);
    expect(Wire.latest.accept().sent).toMatchObject([{ t: "open", work: "solved" }]);
  });

  test("tries a new connection later when the work cannot be done", async () => {
    const made = working(() => Promise.reject(new Error("no cryptography here")), () => "");
    made.open();
    Wire.latest.accept().say({ t: "challenge", puzzle: "this" });
    await vi.advanceTimersByTimeAsync(1_000);
    expect(Wire.made).toHaveLength(2);
  });

  test("stays closed after the server's last word, and after close", () => {
    const made = ready();
    Wire.latest.break(4001);
    vi.advanceTimersByTime(60_000);
    expect(Wire.made).toHaveLength(1);
    expect(made.status).toBe("closed");
    const other = ready();
    other.close();
    vi.advanceTimersByTime(60_000);
    expect(Wire.made).toHaveLength(2);
  });
});
