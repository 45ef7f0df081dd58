import { Unverified } from "@shared/sealing/credential";
import * as api from "../lib/api";
import type { Keyring } from "../sealing/keyring";
import { dropKey, newKey, supervises } from "../staff/own-key";
import type { EntryFailure } from "./snapshot";
import type { State } from "./state";

/** What a session does with the desk. */
export interface Seat {
  /** Sit down: there is a session, and its key is open. */
  readonly enter: (account: api.Account) => void;
  /** Leave nothing of any conversation on this page. */
  readonly clear: () => void;
  /** Connect now. */
  readonly connect: () => void;
  /** Hang up for a while; all that waits stays. */
  readonly rest: () => void;
}

/** Who sits at this console: the session of this browser, and the key of its account. */
export class Session {
  readonly #state: State;
  readonly #ring: Keyring;
  readonly #seat: Seat;

  constructor(state: State, ring: Keyring, seat: Seat) {
    this.#state = state;
    this.#ring = ring;
    this.#seat = seat;
  }

  /** Take up the session that this browser has, or show the login. */
  async start(): Promise<void> {
    const outcome = await api.me();
    if (outcome.ok) await this.#comeBack(outcome.value);
    else if (outcome.failure === "unavailable") setTimeout(() => void this.start(), 2_000);
    else this.#state.set({ mode: "login" });
  }

  async login(name: string, password: string, code?: string): Promise<EntryFailure | null> {
    const outcome = await api.login(name, password, code);
    return outcome.ok ? this.#open(outcome.value, password) : outcome.failure;
  }

  /** Log in again while at work: another session, the same desk. */
  async renew(password: string, code?: string): Promise<api.Failure | null> {
    const outcome = await api.login(this.#state.now.account?.operator ?? "", password, code);
    if (!outcome.ok) return outcome.failure;
    // A shift that is nearly over goes on with another key.
    await this.#ring.unlock(outcome.value, password, outcome.value.at).catch(() => undefined);
    this.#renewed(outcome.value);
    return null;
  }

  /** Look whether the session is another one now, because another window of this browser logged in again. */
  async lookAgain(): Promise<void> {
    const outcome = await api.me();
    const { account, mode } = this.#state.now;
    if (!outcome.ok || mode !== "desk" || outcome.value.operator !== account?.operator) return;
    if (outcome.value.session_ends_at !== account.session_ends_at) this.#renewed(outcome.value);
  }

  /** Open the key of the account whose session this is, with its password or key phrase. */
  async unlock(secret: string): Promise<EntryFailure | null> {
    const { account } = this.#state.now;
    return account ? this.#open(account, secret) : "unauthenticated";
  }

  async logout(): Promise<void> {
    const { account } = this.#state.now;
    this.#seat.clear();
    void this.#ring.close();
    if (account && supervises(account)) void dropKey(account.operator);
    this.#state.set({ mode: "login", reason: "left", account: null });
    const go = await api.logout();
    if (go !== null) location.assign(go);
  }

  /** Take the console back from wherever it was opened. */
  takeBack(): void {
    const { account } = this.#state.now;
    if (account) void this.#comeBack(account);
  }

  /** The server takes this shift key no more: another one is made with the secret of the account's key. */
  async lock(): Promise<void> {
    this.#seat.clear();
    await this.#ring.close();
    this.#state.set({ mode: "locked" });
  }

  /** The server says that this session is over. */
  ended(): void {
    this.#seat.clear();
    void this.#ring.close();
    this.#state.set({ mode: "login", reason: "ended", account: null });
  }

  /** The console was opened elsewhere. */
  superseded(): void {
    if (this.#state.now.mode === "superseded") return;
    this.#seat.clear();
    // The shift goes on elsewhere, perhaps in this very browser: what it keeps stays.
    void this.#ring.close(true);
    this.#state.set({ mode: "superseded" });
  }

  /** A refused handshake looks like a lost connection; the session's own call tells them apart. */
  async check(): Promise<void> {
    const outcome = await api.me();
    if (outcome.ok || outcome.failure !== "unauthenticated" || this.#state.now.link === "ready") return;
    if (this.#state.now.mode !== "desk") return;
    this.#seat.rest();
    this.#state.set({ mode: "login", reason: "expired" });
  }

  /** Go on with the key that this browser has for the shift, or ask for the secret that makes another. */
  async #comeBack(account: api.Account): Promise<void> {
    if (account.certificate === null) this.#state.set({ mode: "keyless", account });
    else if (await this.#ring.resume(account, account.at)) this.#seat.enter(account);
    else this.#state.set({ mode: "locked", account });
  }

  async #open(account: api.Account, secret: string): Promise<EntryFailure | null> {
    const before = this.#state.now.account;
    if (before && before.operator !== account.operator) {
      this.#seat.clear();
      await this.#ring.close();
    }
    if (account.certificate === null) {
      this.#state.set({ mode: "keyless", account });
      return null;
    }
    try {
      await this.#ring.unlock(account, secret, account.at);
      if (supervises(account)) await newKey(account, secret, account.at);
    } catch (error) {
      if (error instanceof Unverified) return "key";
      throw error;
    }
    this.#seat.enter(account);
    return null;
  }

  /** The socket has to be the new session's too; all that waits and all that is shown stays. */
  #renewed(account: api.Account): void {
    this.#state.set({ account, skew: account.at - Date.now() });
    this.#seat.rest();
    this.#seat.connect();
  }
}
