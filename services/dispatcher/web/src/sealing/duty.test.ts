import type { DutyFrame, MakeDutyFrame, ShareDutyFrame } from "@shared/frames";
import { NOW, Office } from "@shared/sealing/office.fixture";
import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { Duty, OLD_MS, PATIENCE_MS } from "./duty";
import { Keyring, type KeyedAccount } from "./keyring";
import { keyedAccount } from "./staff.fixture";

const PASSWORD = "a long enough password";

/** The dispatcher's part: one duty key, its boxes, and who is connected. */
class Floor {
  kid: string | null = null;
  credential: string | null = null;
  boxes: Record<string, string> = {};
  readonly desks: Desk[] = [];
  made = 0;

  async make(frame: MakeDutyFrame, by: Desk): Promise<void> {
    const kid = await thumbprintOf(frame.credential);
    if ((frame.replaces ?? null) !== this.kid) {
      by.hear(this.stand(by));
      return;
    }
    this.made += 1;
    Object.assign(this, { kid, credential: frame.credential, boxes: { ...frame.boxes } });
    this.tell();
  }

  share(frame: ShareDutyFrame): void {
    if (frame.kid !== this.kid) return;
    this.boxes = { ...frame.boxes, ...this.boxes };
    this.tell();
  }

  tell(): void {
    for (const desk of this.desks) desk.hear(this.stand(desk));
  }

  stand(desk: Desk): DutyFrame {
    const held = (one: Desk): boolean => one.ring.kid in this.boxes;
    const wanting = this.kid !== null && held(desk) ? this.desks.filter((one) => !held(one)) : [];
    return {
      t: "duty",
      force: "police",
      kid: this.kid,
      credential: this.credential,
      box: this.boxes[desk.ring.kid] ?? null,
      wanting: wanting.map(({ ring: { kid, credential } }) => ({ kid, credential })),
      holders: this.desks.filter(held).length,
    };
  }
}

class Desk {
  readonly ring = new Keyring();
  readonly duty: Duty;
  keys = 0;
  silent = false;

  constructor(floor: Floor) {
    this.duty = new Duty(this.ring, {
      send: (frame) => {
        if (this.silent) return false;
        if (frame.t === "make_duty") void floor.make(frame, this);
        else floor.share(frame);
        return true;
      },
      onKey: () => (this.keys += 1),
      now: () => Date.now(),
    });
    floor.desks.push(this);
  }

  hear(frame: DutyFrame): void {
    this.duty.hear(frame);
  }

  holds(floor: Floor): boolean {
    return floor.kid !== null && this.ring.holds(floor.kid);
  }
}

async function thumbprintOf(credential: string): Promise<string> {
  const { calculateJwkThumbprint, decodeJwt } = await import("jose");
  const { statement } = JSON.parse(credential) as { statement: string };
  return calculateJwkThumbprint((decodeJwt(statement)["cnf"] as { jwk: object }).jwk);
}

let office: Office;
let floor: Floor;
let number = 0;

async function arrives(account?: KeyedAccount): Promise<Desk> {
  const desk = new Desk(floor);
  number += 1;
  await desk.ring.unlock(account ?? (await keyedAccount(office, `police${number}`, PASSWORD)), PASSWORD, Date.now());
  floor.tell();
  return desk;
}

beforeEach(async () => {
  vi.useFakeTimers({ now: NOW, toFake: ["setTimeout", "clearTimeout", "Date"] });
  office = await Office.make();
  floor = new Floor();
});
afterEach(() => {
  for (const desk of floor.desks) desk.duty.stop();
  vi.useRealTimers();
});

/** A turn of the event loop that no faked timer holds up. */
function nextTurn(): Promise<void> {
  return new Promise((done) => {
    const { port1, port2 } = new MessageChannel();
    port1.onmessage = () => {
      port1.close();
      done();
    };
    port2.postMessage(null);
  });
}

/** Wait without letting the faked clock pass. */
async function until(condition: () => boolean): Promise<void> {
  const late = performance.now() + 3_000;
  while (!condition() && performance.now() < late) await nextTurn();
  expect(condition()).toBe(true);
}

describe("the duty key", () => {
  test("is made at once by the first console, and handed to the next one by the one that has it", async () => {
    const first = await arrives();
    await until(() => first.holds(floor));
    const second = await arrives();
    await until(() => second.holds(floor));
    expect(floor.made).toBe(1);
    expect([first.keys, second.keys]).toEqual([1, 1]);
  });

  test("is the same for two consoles that make one at the same moment", async () => {
    const one = new Desk(floor);
    const other = new Desk(floor);
    for (const [index, desk] of [one, other].entries()) {
      await desk.ring.unlock(await keyedAccount(office, `both${index}`, PASSWORD), PASSWORD, NOW);
    }
    floor.tell();
    await until(() => one.holds(floor) && other.holds(floor));
    expect(floor.made).toBe(1);
  });

  test("is waited for as long as somebody might hand it on, and then made anew", async () => {
    const gone = await arrives();
    await until(() => gone.holds(floor));
    gone.silent = true;
    const left = await arrives();
    const before = floor.kid;
    await until(() => vi.getTimerCount() === 1);
    vi.advanceTimersByTime(PATIENCE_MS - 1);
    expect(floor.kid).toBe(before);
    vi.advanceTimersByTime(1);
    await until(() => left.holds(floor));
    expect(floor.kid).not.toBe(before);
  });

  test("is made once more without the password by a console that was reloaded, and not a second time", async () => {
    const kept = new Map<string, unknown>();
    vi.stubGlobal("indexedDB", fakeDatabase(kept));
    const account = await keyedAccount(office, "reloaded", PASSWORD);
    const before = new Keyring();
    await before.unlock(account, PASSWORD, NOW);
    const ring = new Keyring();
    expect(await ring.resume(account, NOW)).toBe(true);
    expect(ring.kid).toBe(before.kid);
    const made = await ring.duty(NOW);
    expect(made?.privateJwk.d).toBeTruthy();
    expect(await ring.duty(NOW)).toBeNull();
    const again = new Keyring();
    expect(await again.resume(account, NOW)).toBe(true);
    expect(await again.duty(NOW)).toBeNull();
    await again.close();
    expect(kept.size).toBe(0);
    vi.unstubAllGlobals();
  });

  test("is replaced by the next console to arrive once it is old, and by no other", async () => {
    const first = await arrives();
    await until(() => first.holds(floor));
    const before = floor.kid;
    vi.setSystemTime(NOW + OLD_MS + 1_000);
    const second = await arrives();
    await until(() => second.holds(floor) && first.holds(floor) && floor.kid !== before);
    expect(floor.made).toBe(2);
  });

  test("is sealed for nobody who cannot be verified", async () => {
    const elsewhere = await Office.make();
    const stranger = await keyedAccount(elsewhere, "stranger", PASSWORD);
    const gendarme = await keyedAccount(office, "gendarme", PASSWORD, "gendarmerie");
    const own = await arrives();
    await until(() => own.holds(floor));
    for (const account of [stranger, gendarme]) {
      const other = new Keyring();
      await other.unlock(account, PASSWORD, NOW);
      const { kid, credential } = other;
      expect(await own.ring.boxesOf(floor.kid ?? "", [{ kid, credential }], NOW)).not.toHaveProperty(kid);
    }
  });

  test("is not taken up when nobody of the staff stands for it", async () => {
    const elsewhere = await Office.make();
    const stranger = new Keyring();
    await stranger.unlock(await keyedAccount(elsewhere, "stranger", PASSWORD), PASSWORD, NOW);
    const own = new Keyring();
    await own.unlock(await keyedAccount(office, "own", PASSWORD), PASSWORD, NOW);
    const made = await stranger.duty(NOW);
    if (!made) throw new Error("no key was made");
    const sealed = await own.boxes(made.privateJwk, [own.self], NOW);
    await expect(own.adopt(made.kid, made.credential, sealed[own.kid] ?? "", NOW)).rejects.toThrow();
    expect(own.holds(made.kid)).toBe(false);
  });
});

/** As much of IndexedDB as one store of one database needs. */
function fakeDatabase(kept: Map<string, unknown>): object {
  const done = (result: unknown): object => {
    const request: { result: unknown; onsuccess?: () => void } = { result };
    queueMicrotask(() => request.onsuccess?.());
    return request;
  };
  const store = {
    put: (value: unknown, key: string) => done(kept.set(key, value)),
    get: (key: string) => done(kept.get(key)),
    delete: (key: string) => done(kept.delete(key)),
  };
  return { open: () => done({ transaction: () => ({ objectStore: () => store }), close: () => undefined }) };
}
