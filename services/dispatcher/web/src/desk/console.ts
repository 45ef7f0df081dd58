import { lastSeq, TYPING_SENT_MS } from "@shared/conversation";
import type { Kind, OperatorFrame, ServerFrame, SetStatusFrame } from "@shared/frames";
import { Link, type LinkStatus } from "@shared/socket";
import * as api from "../lib/api";
import { ring, soundWanted } from "../lib/sound";
import { EMPTY, lineOf, reduce, type Act, type Desk } from "./desk";
import { unsent, type Line } from "./line";

/** Which screen there is. */
export type Mode = "loading" | "login" | "desk" | "superseded";

/** Why the login screen is shown. */
export type LoginReason = "start" | "expired" | "ended" | "left";

export interface Snapshot {
  readonly mode: Mode;
  readonly reason: LoginReason;
  readonly account: api.Account | null;
  readonly desk: Desk;
  readonly link: LinkStatus;
  /** Since when the connection is lost, by this machine's clock; null when it is there. */
  readonly lostAt: number | null;
  /** What to add to this machine's clock to have the server's, in milliseconds. */
  readonly skew: number;
}

/** Close codes that say that coming back by itself is pointless. */
const SUPERSEDED = 4001;
const LOGGED_OUT = 4003;
/** After this long without the server, which can no longer say what was erased, nothing stays on this page. */
export const FORGET_MS = 900_000;
const RECEIPT_MS = 150;

const START: Snapshot = {
  mode: "loading",
  reason: "start",
  account: null,
  desk: EMPTY,
  link: "closed",
  lostAt: null,
  skew: 0,
};

/** The console's one holder of state: it joins the desk (pure), the link, and the calls. */
export class Console {
  #now: Snapshot = START;
  readonly #watchers = new Set<() => void>();
  readonly #link: Link<OperatorFrame>;
  readonly #typed = new Map<string, number>();
  readonly #receipted = new Map<string, string>();
  #receipts: ReturnType<typeof setTimeout> | undefined;
  #forgetting: ReturnType<typeof setTimeout> | undefined;

  constructor(url: string) {
    this.#link = new Link<OperatorFrame>({
      url,
      self: "operator",
      first: (seqs) => ({ t: "sync", seqs }),
      finalCodes: [SUPERSEDED, LOGGED_OUT],
      onFrame: (frame) => this.#hear(frame),
      onStatus: (status, code) => this.#linked(status, code),
    });
  }

  get snapshot(): Snapshot {
    return this.#now;
  }

  /** Call `watcher` after every change. Returns how to stop. */
  watch(watcher: () => void): () => void {
    this.#watchers.add(watcher);
    return () => this.#watchers.delete(watcher);
  }

  /** Take up the session that this browser has, or show the login. */
  async start(): Promise<void> {
    const outcome = await api.me();
    if (outcome.ok) this.#enter(outcome.value);
    else if (outcome.failure === "unavailable") setTimeout(() => void this.start(), 2_000);
    else this.#set({ mode: "login" });
  }

  async login(name: string, password: string): Promise<api.Failure | null> {
    const outcome = await api.login(name, password);
    if (!outcome.ok) return outcome.failure;
    this.#enter(outcome.value);
    return null;
  }

  async logout(): Promise<void> {
    this.#forget();
    this.#set({ mode: "login", reason: "left", account: null });
    await api.logout();
  }

  /** Take the console back from wherever it was opened. */
  takeBack(): void {
    this.#set({ mode: "desk" });
    this.#link.open();
  }

  /** Connect now if an attempt is only planned: the network is back, or the page is looked at again. */
  hurry(): void {
    if (this.#now.mode === "desk" && this.#now.link === "lost") this.#link.open();
  }

  /** Change what only this page knows. */
  act(act: Act): void {
    this.#set({ desk: reduce(this.#now.desk, act) });
    if (act.type === "seen") this.#planReceipts();
  }

  say(id: string, body: string, kind: Kind = "text"): void {
    const cid = this.#link.say(id, body, kind);
    this.act({ type: "said", id, cid, body, kind });
    this.#typed.delete(id);
  }

  /** Send a refused message again, as a new one. */
  retry(id: string, cid: string): void {
    const sent = lineOf(this.#now.desk, id)?.chat.outgoing.find((message) => message.cid === cid);
    if (!sent) return;
    this.act({ type: "withdrawn", id, cid });
    const draft = lineOf(this.#now.desk, id)?.draft ?? "";
    this.say(id, sent.body, sent.kind);
    this.act({ type: "drafted", id, draft });
  }

  draft(id: string, draft: string): void {
    this.act({ type: "drafted", id, draft });
    const now = Date.now();
    if (draft === "" || now - (this.#typed.get(id) ?? 0) < TYPING_SENT_MS) return;
    if (this.#link.now({ t: "typing", conversation: id })) this.#typed.set(id, now);
  }

  end(id: string): void {
    this.act({ type: "ending", id });
    this.#link.later({ t: "end", conversation: id });
  }

  status(status: SetStatusFrame["status"]): void {
    this.act({ type: "status", status });
    this.#link.later({ t: "status", status });
  }

  /** Whether leaving now would lose something that the server does not have. */
  get unsaved(): boolean {
    return this.#now.desk.lines.some((line) => unsent(line));
  }

  #enter(account: api.Account): void {
    if (this.#now.account && this.#now.account.operator !== account.operator) this.#forget();
    this.#set({ mode: "desk", account });
    this.#link.open();
  }

  #hear(frame: ServerFrame): void {
    const now = Date.now();
    if (frame.t === "pong") {
      this.#set({ skew: frame.at - now });
      return;
    }
    if (frame.t === "welcome") this.#set({ skew: frame.at - now });
    if (frame.t === "error" && frame.code === "superseded") {
      this.#superseded();
      return;
    }
    const before = this.#now.desk;
    const desk = reduce(before, { type: "frame", frame, now });
    for (const line of before.lines) if (!lineOf(desk, line.id)) this.#link.forget(line.id);
    if (desk.lines.some((line) => line.fresh && !isFresh(before, line)) && soundWanted()) ring();
    this.#set({ desk });
    if (frame.t === "message") this.#planReceipts();
  }

  #linked(link: LinkStatus, code?: number): void {
    if (link === "ready") {
      clearTimeout(this.#forgetting);
      this.#receipted.clear();
      this.#set({ link, lostAt: null });
      this.#planReceipts();
      return;
    }
    if (link === "closed" && code === SUPERSEDED) {
      this.#superseded();
      return;
    }
    if (link === "closed" && code === LOGGED_OUT) {
      this.#forget();
      this.#set({ mode: "login", reason: "ended", account: null });
      return;
    }
    this.#set({ link, lostAt: this.#now.lostAt ?? (link === "lost" ? Date.now() : null) });
    if (link !== "lost") return;
    this.#forgetting ??= setTimeout(() => this.#expire(), FORGET_MS);
    void this.#checkSession();
  }

  /** A refused handshake looks like a lost connection; the session's own call tells them apart. */
  async #checkSession(): Promise<void> {
    const outcome = await api.me();
    if (outcome.ok || outcome.failure !== "unauthenticated" || this.#now.link === "ready") return;
    if (this.#now.mode !== "desk") return;
    this.#link.rest();
    this.#set({ mode: "login", reason: "expired" });
  }

  #superseded(): void {
    if (this.#now.mode === "superseded") return;
    this.#forget();
    this.#set({ mode: "superseded" });
  }

  #expire(): void {
    const { mode, lostAt } = this.#now;
    this.#forget();
    if (mode !== "desk") return;
    this.#set({ lostAt, desk: { ...this.#now.desk, notices: [{ what: "forgotten", id: 1 }] } });
    this.#link.open();
  }

  /** Leave nothing of any conversation on this page. */
  #forget(): void {
    clearTimeout(this.#forgetting);
    this.#forgetting = undefined;
    this.#link.close();
    this.#typed.clear();
    this.#receipted.clear();
    this.#set({ desk: { ...EMPTY, wide: this.#now.desk.wide }, lostAt: null });
  }

  #planReceipts(): void {
    if (this.#receipts !== undefined) return;
    this.#receipts = setTimeout(() => {
      this.#receipts = undefined;
      for (const line of this.#now.desk.lines) this.#sendReceipt(line);
    }, RECEIPT_MS);
  }

  #sendReceipt(line: Line): void {
    const delivered = lastSeq(line.chat);
    const seen = Math.min(line.seen, delivered);
    const state = `${delivered}/${seen}`;
    if (delivered === 0 || this.#receipted.get(line.id) === state) return;
    if (this.#link.now({ t: "receipt", conversation: line.id, delivered, seen })) this.#receipted.set(line.id, state);
  }

  #set(part: Partial<Snapshot>): void {
    this.#now = { ...this.#now, ...part };
    for (const watcher of this.#watchers) watcher();
  }
}

function isFresh(desk: Desk, line: Line): boolean {
  return lineOf(desk, line.id)?.fresh ?? false;
}
