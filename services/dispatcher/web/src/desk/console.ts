import { TYPING_SENT_MS } from "@shared/conversation";
import type { Force, OperatorFrame, SetStatusFrame } from "@shared/frames";
import { type Heard, SealedLink, type SpokenKind } from "@shared/sealed-link";
import { Unverified } from "@shared/sealing/credential";
import type { LinkStatus } from "@shared/socket";
import * as api from "../lib/api";
import { ring, soundWanted } from "../lib/sound";
import { Reports } from "../report/reports";
import { Duty } from "../sealing/duty";
import { Keyring } from "../sealing/keyring";
import { Backroom } from "../staff/backroom";
import { dropKey, newKey, supervises } from "../staff/own-key";
import { notesOf, roomsOf } from "../staff/place";
import { EMPTY, lineOf, reduce, type Act, type Desk } from "./desk";
import { unsent, type Line } from "./line";
import { Receipts } from "./receipts";
import { sitsAs, START, type EntryFailure, type Sits, type Snapshot } from "./snapshot";

export type { EntryFailure, LoginReason, Mode, Snapshot } from "./snapshot";

/** Close codes that say that coming back by itself is pointless. */
const SUPERSEDED = 4001;
const LOGGED_OUT = 4003;
/** After this long without the server, which can no longer say what was erased, nothing stays on this page. */
export const FORGET_MS = 900_000;

/** The console's one holder of state: it joins the desk (pure), the link, and the calls. */
export class Console {
  #now: Snapshot = START;
  readonly #watchers = new Set<() => void>();
  #link: SealedLink<OperatorFrame>;
  #role: Sits = "operator";
  readonly #url: string;
  readonly #ring = new Keyring();
  /** What this console reads with. */
  readonly keyring = this.#ring;
  readonly #duty: Duty;
  readonly #typed = new Map<string, number>();
  readonly #receipts: Receipts;
  /** The signalements of the conversations that are here. */
  readonly reports: Reports;
  /** What staff write to each other. It knows nothing of this link, and cannot write to a visitor. */
  readonly staff: Backroom;
  #forgetting: ReturnType<typeof setTimeout> | undefined;

  constructor(url: string) {
    this.#url = url;
    this.#link = this.#linkOf(this.#role);
    this.#receipts = new Receipts(
      () => this.#now.desk.lines,
      (frame) => this.#link.now(frame),
    );
    this.#duty = new Duty(this.#ring, {
      send: (frame) => this.#link.now(frame),
      onKey: () => this.#keyCame(),
      now: () => this.#serverNow(),
    });
    this.staff = new Backroom({
      url: `${url}/staff`,
      me: () => this.#now.account,
      forceOf: (notes) => this.#forceOf(notes),
      readers: () => this.#ring.keys?.readers ?? [],
      credential: () => (this.#now.account?.roles.includes("operator") ? null : this.#ring.credential || null),
      now: () => this.#serverNow(),
    });
    this.reports = new Reports({
      lines: () => this.#now.desk.lines,
      signerOf: (id) => this.#ring.keys?.signerOf(id) ?? null,
      authority: () => this.#now.account?.authority ?? null,
      now: () => this.#serverNow(),
      propose: (id, body) => this.say(id, body, "proposal"),
      changed: () => this.#set({ reports: this.#now.reports + 1 }),
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
    if (outcome.ok) await this.#comeBack(outcome.value);
    else if (outcome.failure === "unavailable") setTimeout(() => void this.start(), 2_000);
    else this.#set({ mode: "login" });
  }

  async login(name: string, password: string, code?: string): Promise<EntryFailure | null> {
    const outcome = await api.login(name, password, code);
    return outcome.ok ? this.#open(outcome.value, password) : outcome.failure;
  }

  /** Log in again while at work: another session, the same desk. */
  async renew(password: string, code?: string): Promise<api.Failure | null> {
    const outcome = await api.login(this.#now.account?.operator ?? "", password, code);
    if (!outcome.ok) return outcome.failure;
    // A shift that is nearly over goes on with another key.
    await this.#ring.unlock(outcome.value, password, outcome.value.at).catch(() => undefined);
    this.#renewed(outcome.value);
    return null;
  }

  /** Look whether the session is another one now, because another window of this browser logged in again. */
  async lookAgain(): Promise<void> {
    const outcome = await api.me();
    const { account, mode } = this.#now;
    if (!outcome.ok || mode !== "desk" || outcome.value.operator !== account?.operator) return;
    if (outcome.value.session_ends_at !== account.session_ends_at) this.#renewed(outcome.value);
  }

  /** Open the key of the account whose session this is, with its password or key phrase. */
  async unlock(secret: string): Promise<EntryFailure | null> {
    const { account } = this.#now;
    return account ? this.#open(account, secret) : "unauthenticated";
  }

  async logout(): Promise<void> {
    const { account } = this.#now;
    this.#forget();
    void this.#ring.close();
    if (account && supervises(account)) void dropKey(account.operator);
    this.#set({ mode: "login", reason: "left", account: null });
    const go = await api.logout();
    if (go !== null) location.assign(go);
  }

  /** Take the console back from wherever it was opened. */
  takeBack(): void {
    const { account } = this.#now;
    if (account) void this.#comeBack(account);
  }

  /** Connect now if an attempt is only planned: the network is back, or the page is looked at again. */
  hurry(): void {
    if (this.#now.mode === "desk" && this.#now.link === "lost") this.#link.open();
  }

  /** Change what only this page knows. */
  act(act: Act): void {
    this.#set({ desk: reduce(this.#now.desk, act) });
    if (act.type === "seen") this.#receipts.plan();
  }

  say(id: string, body: string, kind: SpokenKind = "text"): void {
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
    this.#typed.set(id, now);
    this.#link.typing(id);
  }

  end(id: string): void {
    this.act({ type: "ending", id });
    this.#link.later({ t: "end", conversation: id });
  }

  /** Say that somebody is in danger, or no longer; it is said as soon as there is a connection. */
  sayDanger(id: string, on: boolean): void {
    this.#link.later({ t: "danger", conversation: id, on });
  }

  status(status: SetStatusFrame["status"]): void {
    this.act({ type: "status", status });
    this.#link.later({ t: "status", status });
  }

  /** Whether leaving now would lose something that the server does not have. */
  get unsaved(): boolean {
    return this.reports.unsaved || this.staff.unsaved || this.#now.desk.lines.some((line) => unsent(line));
  }

  /** Go on with the key that this browser has for the shift, or ask for the secret that makes another. */
  async #comeBack(account: api.Account): Promise<void> {
    if (account.certificate === null) this.#set({ mode: "keyless", account });
    else if (await this.#ring.resume(account, account.at)) this.#enter(account);
    else this.#set({ mode: "locked", account });
  }

  async #open(account: api.Account, secret: string): Promise<EntryFailure | null> {
    const before = this.#now.account;
    if (before && before.operator !== account.operator) {
      this.#forget();
      await this.#ring.close();
    }
    if (account.certificate === null) {
      this.#set({ mode: "keyless", account });
      return null;
    }
    try {
      await this.#ring.unlock(account, secret, account.at);
      if (supervises(account)) await newKey(account, secret, account.at);
    } catch (error) {
      if (error instanceof Unverified) return "key";
      throw error;
    }
    this.#enter(account);
    return null;
  }

  /** The server takes this shift key no more: another one is made with the secret of the account's key. */
  async #lock(): Promise<void> {
    this.#forget();
    await this.#ring.close();
    this.#set({ mode: "locked" });
  }

  /** The socket has to be the new session's too; all that waits and all that is shown stays. */
  #renewed(account: api.Account): void {
    this.#set({ account, skew: account.at - Date.now() });
    this.#link.rest();
    this.#link.open();
  }

  #linkOf(self: Sits): SealedLink<OperatorFrame> {
    return new SealedLink<OperatorFrame>({
      url: this.#url,
      self,
      keys: () => this.#ring.keys,
      first: (seqs) => ({ t: "sync", seqs, credential: this.#ring.credential }),
      finalCodes: [SUPERSEDED, LOGGED_OUT],
      onFrame: (frame) => this.#hear(frame),
      onStatus: (status, code) => this.#linked(status, code),
    });
  }

  #enter(account: api.Account): void {
    const role = sitsAs(account);
    if (role !== this.#role) {
      this.#link.close();
      this.#role = role;
      this.#link = this.#linkOf(role);
    }
    this.#set({ mode: "desk", account, skew: account.at - Date.now() });
    this.#link.open();
    this.staff.open();
    this.#followStaff();
  }

  #hear(frame: Heard): void {
    const now = Date.now();
    if (frame.t === "pong") {
      this.#set({ skew: frame.at - now });
      return;
    }
    if (frame.t === "duty") {
      this.#duty.hear(frame);
      return;
    }
    if (frame.t === "welcome") {
      this.#set({ skew: frame.at - now });
      this.#duty.arrived();
    }
    if (frame.t === "error" && frame.code === "superseded") {
      this.#superseded();
      return;
    }
    if (frame.t === "error" && frame.code === "forbidden" && this.#link.status === "connecting") {
      void this.#lock();
      return;
    }
    const before = this.#now.desk;
    const desk = reduce(before, { type: "frame", frame, now });
    for (const line of before.lines) if (!lineOf(desk, line.id)) this.#forgetOne(line);
    if (desk.lines.some((line) => line.fresh && !isFresh(before, line)) && soundWanted()) ring();
    this.#set({ desk: this.#keyed(desk) });
    this.#followStaff();
    if (frame.t === "held") this.staff.look(notesOf(frame.conversation));
    if (frame.t !== "message") return;
    this.#receipts.plan();
    this.reports.read();
  }

  #linked(link: LinkStatus, code?: number): void {
    if (link === "ready") {
      clearTimeout(this.#forgetting);
      this.#receipts.clear();
      this.#set({ link, lostAt: null });
      this.#receipts.plan();
      return;
    }
    if (link === "closed" && code === SUPERSEDED) {
      this.#superseded();
      return;
    }
    if (link === "closed" && code === LOGGED_OUT) {
      this.#forget();
      void this.#ring.close();
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
    // The shift goes on elsewhere, perhaps in this very browser: what it keeps stays.
    void this.#ring.close(true);
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
    this.#duty.stop();
    this.#ring.reset();
    this.#typed.clear();
    this.#receipts.clear();
    this.reports.clear();
    this.staff.close();
    this.#set({ desk: { ...EMPTY, wide: this.#now.desk.wide }, lostAt: null });
  }

  #forgetOne({ id, chat }: Line): void {
    this.reports.forget(id, chat.messages);
    this.#link.forget(id);
    this.#ring.keys?.forgetConversation(id);
    this.#typed.delete(id);
    this.#receipts.forget(id);
  }

  /** A duty key was taken up: what waited for one may open. */
  #keyCame(): void {
    this.staff.keysCame();
    for (const line of this.#now.desk.lines) this.#link.retry(line.id);
    this.#set({ desk: this.#keyed(this.#now.desk) });
  }

  /** The rooms of the force, and the notes of what is here: those of what left are forgotten with it. */
  #followStaff(): void {
    const { account, desk } = this.#now;
    if (account) this.staff.follow([...roomsOf([account.force]), ...desk.lines.map(({ id }) => notesOf(id))]);
  }

  /** An operator's conversations are their own force's, whatever the server says; a psychologist may be lent to the other. */
  #forceOf(notes: string): Force | undefined {
    if (this.#role === "operator") return this.#now.account?.force;
    return this.#now.desk.lines.find(({ id }) => notesOf(id) === notes)?.held.force;
  }

  /** The desk with every conversation open to writing that this console has a key of. */
  #keyed(desk: Desk): Desk {
    const open = desk.lines.filter((line) => !line.keyed && this.#ring.keys?.has(line.id));
    return open.reduce((state, { id }) => reduce(state, { type: "keyed", id }), desk);
  }

  #serverNow(): number {
    return Date.now() + this.#now.skew;
  }

  #set(part: Partial<Snapshot>): void {
    this.#now = { ...this.#now, ...part };
    for (const watcher of this.#watchers) watcher();
  }
}

function isFresh(desk: Desk, line: Line): boolean {
  return lineOf(desk, line.id)?.fresh ?? false;
}
