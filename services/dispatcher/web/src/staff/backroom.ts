import type { Force } from "@shared/frames";
import { clientId } from "@shared/ids";
import type { PublicJwk, Reader } from "@shared/sealing/keys";
import { calls as ours, type Calls, type TrustedBy } from "./api";
import { Ear } from "./ear";
import { askAfter, type Held, type Line, merged, newest, NOTHING, type Pending, seenAll } from "./lines";
import { channelOf, forceOf, isNotes, type Place } from "./place";
import { addressed, markOf, openLine, plainOf, type Said, sealFor } from "./seal";
import { verified } from "./trust";

/** How often to look: when nothing is heard of news, and when it is, in case one was lost. Milliseconds. */
export const DEAF_MS = 5_000;
export const HEARING_MS = 30_000;
/** How often a page that is addressed by a key of its own says that it is there. */
export const PRESENT_MS = 10_000;
/** How often a line is handed in again while the server cannot take it, and how often at most. */
const AGAIN_MS = 2_000;
const MOST_TRIES = 15;
const PASSING: readonly string[] = ["unavailable", "too_fast"];

export interface BackroomOptions {
  /** Where news is told: `wss://.../ws/staff`. */
  readonly url: string;
  readonly me: () => { readonly operator: string; readonly force: Force; readonly authority: PublicJwk } | null;
  /** Whose conversation it is whose notes these are: its readers are of that force and of no other. */
  readonly forceOf?: (notes: Place) => Force | undefined;
  /** The keys that this page reads with. */
  readonly readers: () => readonly Reader[];
  /** The proof of a key by which this page wants to be addressed; null: the duty key does. */
  readonly credential: () => string | null;
  /** The server's time, in milliseconds. */
  readonly now: () => number;
  readonly calls?: Calls;
}

/** Somebody else said something, to be told to whoever cannot see it. */
export interface News {
  readonly place: Place;
  readonly by: string;
  readonly number: number;
}

/** What this page holds of what staff write to each other, and the one way to write there. Lives in memory only. */
export class Backroom {
  readonly #options: BackroomOptions;
  readonly #calls: Calls;
  readonly #watchers = new Set<() => void>();
  readonly #ear: Ear;
  readonly #looking = new Map<Place, { again: boolean; whole: boolean }>();
  #places = new Map<Place, Held>();
  #pending: readonly Pending[] = [];
  #timers: ReturnType<typeof setInterval>[] = [];
  #lookedAt = 0;
  #news: News | null = null;
  #unheard: Place | null = null;

  constructor(options: BackroomOptions) {
    this.#options = options;
    this.#calls = options.calls ?? ours;
    const { url } = options;
    this.#ear = new Ear({ url, onNews: (place) => this.#look(place), onOpen: () => this.#lookAll() });
  }

  /** Call `watcher` after every change. Returns how to stop. */
  watch(watcher: () => void): () => void {
    this.#watchers.add(watcher);
    return () => this.#watchers.delete(watcher);
  }

  held(place: Place): Held {
    return this.#places.get(place) ?? NOTHING;
  }

  pending(place: Place): readonly Pending[] {
    return this.#pending.filter((one) => one.place === place);
  }

  /** What another said last. */
  get news(): News | null {
    return this.#news;
  }

  /** The room for supervisors in which something was said while none of them had their page open. */
  get unheard(): Place | null {
    return this.#unheard;
  }

  /** Whether something that was written here is not with the server. */
  get unsaved(): boolean {
    return this.#pending.length > 0;
  }

  get me(): string {
    return this.#options.me()?.operator ?? "";
  }

  /** Begin to hear and to look. */
  open(): void {
    if (this.#timers.length > 0) return;
    this.#ear.open();
    this.#timers = [setInterval(() => this.#turn(), DEAF_MS), setInterval(() => this.#arrive(), PRESENT_MS)];
    this.#arrive();
  }

  /** Leave nothing on this page. */
  close(): void {
    for (const timer of this.#timers) clearInterval(timer);
    this.#timers = [];
    this.#ear.close();
    this.#places = new Map();
    this.#pending = [];
    this.#news = this.#unheard = null;
    this.#tell();
  }

  /** Hold these places and no others: what left is forgotten. */
  follow(places: readonly Place[]): void {
    const before = this.#places;
    if (places.length === before.size && places.every((place) => before.has(place))) return;
    this.#places = new Map(places.map((place) => [place, before.get(place) ?? NOTHING]));
    this.#pending = this.#pending.filter(({ place }) => this.#places.has(place));
    for (const place of places) if (!before.has(place)) this.#look(place);
    this.#tell();
  }

  /** Somebody may have come or gone who reads there: let in who is to be. */
  look(place: Place): void {
    this.#look(place);
  }

  /** Another key was taken up: what was closed may open, and others may have to be let in. */
  keysCame(): void {
    for (const place of this.#places.keys()) this.#look(place, true);
  }

  /** A place is before somebody's eyes. */
  seen(places: readonly Place[]): void {
    let changed = false;
    for (const place of places) {
      const held = this.held(place);
      const after = seenAll(held);
      if (after !== held && this.#places.has(place)) {
        this.#places.set(place, after);
        changed = true;
      }
    }
    if (changed) this.#tell();
  }

  write(place: Place, said: Said): void {
    const pending: Pending = { ...said, place, cid: clientId(), why: null };
    this.#pending = [...this.#pending, pending];
    this.#tell();
    void this.#send(pending);
  }

  /** Hand in again what was refused. */
  retry(cid: string): void {
    const found = this.#pending.find((one) => one.cid === cid);
    if (!found) return;
    this.#settle(cid, { ...found, why: null });
    void this.#send(found);
  }

  /** Put away what was refused. */
  drop(cid: string): void {
    this.#settle(cid, null);
  }

  async #send({ place, cid, text, about }: Pending): Promise<void> {
    const plain = plainOf(place, cid, { text, about });
    const mark = await markOf(plain);
    for (let tries = 1; ; tries += 1) {
      const why = await this.#handIn(place, cid, plain, mark);
      const still = this.#pending.find((one) => one.cid === cid);
      if (why === null || !still) return;
      if (!PASSING.includes(why) || tries >= MOST_TRIES) {
        this.#settle(cid, { ...still, why });
        return;
      }
      await new Promise((done) => setTimeout(done, AGAIN_MS));
    }
  }

  /** Seal for who reads at this moment, and store. Returns why not; null when it is stored. */
  async #handIn(place: Place, cid: string, plain: Uint8Array<ArrayBuffer>, mark: string): Promise<string | null> {
    const asked = await this.#calls.readers(place);
    if (!asked.ok) return asked.why;
    const trusted = asked.value.readers;
    const readers = await this.#verified(place, trusted);
    if (readers.length === 0) return "nobody";
    const stored = await this.#calls.write({ place, cid, mark, sealed: await sealFor(plain, readers) });
    if (!stored.ok) return stored.why;
    const toChiefs = channelOf(place) === "supervisors";
    if (toChiefs) this.#unheard = trusted.some(({ role }) => role === "supervisor") ? null : place;
    this.#look(place);
    return null;
  }

  /** Look at a place, one look at a time; `whole`: from its beginning. */
  #look(place: Place, whole = false): void {
    if (!this.#places.has(place)) return;
    const under = this.#looking.get(place);
    if (under) {
      under.again = true;
      under.whole ||= whole;
      return;
    }
    const look = { again: false, whole: false };
    this.#looking.set(place, look);
    void this.#read(place, whole).finally(() => {
      this.#looking.delete(place);
      if (look.again) this.#look(place, look.whole);
    });
  }

  async #read(place: Place, whole: boolean): Promise<void> {
    let after = whole ? 0 : askAfter(place, this.held(place));
    for (;;) {
      const found = await this.#calls.lines(place, after);
      if (!found.ok || !this.#places.has(place)) return;
      const { last, lines } = found.value;
      const readers = this.#options.readers();
      const came = await Promise.all(lines.map(async (sealed): Promise<Line> => ({ sealed, opened: await openLine(place, sealed, readers) })));
      this.#take(place, came);
      after = lines.at(-1)?.seq ?? last;
      if (lines.length === 0 || after >= last) break;
    }
    if (isNotes(place)) await this.#letIn(place);
  }

  #take(place: Place, came: readonly Line[]): void {
    const before = this.#places.get(place);
    if (!before || came.length === 0) return;
    const after = merged(before, came);
    this.#places.set(place, after);
    const cids = new Set(came.map(({ sealed }) => sealed.cid));
    this.#pending = this.#pending.filter(({ cid }) => !cids.has(cid));
    const said = newest(before, after, this.me);
    if (said) this.#news = { place, by: said.sealed.by, number: (this.#news?.number ?? 0) + 1 };
    this.#tell();
  }

  /** Seal the notes that this page reads for those who may read them now and could not: whoever takes over later. */
  async #letIn(place: Place): Promise<void> {
    const open = this.held(place).lines.filter(({ opened }) => opened !== null);
    if (open.length === 0) return;
    const asked = await this.#calls.readers(place);
    if (!asked.ok) return;
    const readers = await this.#verified(place, asked.value.readers);
    for (const { sealed, opened } of open) {
      const has = addressed(sealed);
      if (!opened || readers.every(({ kid }) => has.includes(kid))) continue;
      const again = await sealFor(opened.plain, readers);
      const done = await this.#calls.reseal({ place, seq: sealed.seq, mark: sealed.mark, sealed: again });
      if (done.ok) this.#take(place, [{ sealed: { ...sealed, sealed: again }, opened }]);
    }
  }

  #verified(place: Place, trusted: readonly TrustedBy[]): ReturnType<typeof verified> {
    const me = this.#options.me();
    if (!me) return Promise.resolve([]);
    const room = forceOf(place);
    const force = room ?? this.#options.forceOf?.(place) ?? me.force;
    const circle = { force, supervisors: room !== null };
    return verified(trusted, me.authority, circle, this.#options.now());
  }

  #settle(cid: string, to: Pending | null): void {
    this.#pending = this.#pending.flatMap((one) => (one.cid === cid ? (to ?? []) : one));
    this.#tell();
  }

  #turn(): void {
    const every = this.#ear.hears ? HEARING_MS : DEAF_MS;
    if (Date.now() - this.#lookedAt >= every - DEAF_MS / 2) this.#lookAll();
  }

  #lookAll(): void {
    this.#lookedAt = Date.now();
    for (const place of this.#places.keys()) this.#look(place);
  }

  #arrive(): void {
    const credential = this.#options.credential();
    if (credential !== null) void this.#calls.present(credential);
  }

  #tell(): void {
    for (const watcher of this.#watchers) watcher();
  }
}
