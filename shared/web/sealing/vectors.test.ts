import { describe, expect, test } from "vitest";
import type { Force, MessageFrame } from "../frames";
import type { Opened } from "./body";
import { type Holder, Unverified, verify } from "./credential";
import { type DutyKey, unbox } from "./duty";
import { shiftOf } from "./harness.fixture";
import { type PublicJwk, publicJwk, thumbprint } from "./keys";
import type { PlainKind } from "./plain";
import { openAccountKey, StaffKeys } from "./staff";
import vectors from "./vectors.json";
import { VisitorKeys } from "./visitor";

// The twin of tests/sealing has made this file with `python -m tests.sealing.vectors`.

const { scene, hostile } = vectors;
const authority = scene.authority as PublicJwk;
const force = scene.force as Force;
const nowMs = scene.now * 1_000;
const shiftPart = scene.shift as Parameters<typeof shiftOf>[0];
const dutyPart = scene.duty as Parameters<typeof shiftOf>[0];
const words: Opened[] = scene.texts.map(({ kind, data }) => ({ state: "plain", kind: kind as PlainKind, data }));
const after: Opened = { state: "plain", kind: "text", data: scene.after };

const KEYS = { state: "keys" };
const SEALED = { state: "sealed" };

async function openAll(staff: StaffKeys, frames: readonly MessageFrame[]): Promise<Opened[]> {
  const opened: Opened[] = [];
  for (const frame of frames) opened.push(await staff.open(frame));
  return opened;
}

describe.each(["twin", "pages"] as const)("the scene as played by the %s", (player) => {
  const played = vectors[player];
  const frames = played.frames as MessageFrame[];

  test("is read by its operator up to leaving", async () => {
    const staff = new StaffKeys(await shiftOf(shiftPart));
    expect(await openAll(staff, frames)).toEqual([KEYS, ...words, KEYS, SEALED]);
  });

  test("is opened whole by its duty key", async () => {
    const staff = new StaffKeys(await shiftOf(shiftPart));
    await staff.addDuty(dutyPart.kid, dutyPart.private);
    await openAll(staff, frames);
    expect(await openAll(staff, frames)).toEqual([KEYS, ...words, KEYS, after]);
  });

  test("is resumed by its visitor", async () => {
    const keys = await VisitorKeys.imported(played.exported, authority);
    const opened: Opened[] = [];
    for (const frame of frames) opened.push(await keys.open(frame));
    expect(opened).toEqual([KEYS, ...words, KEYS, after]);
  });

  test("made keys that are believed", async () => {
    const duty = played.duty as unknown as DutyKey;
    for (const holder of [{ ...played.shift, role: "operator" }, { kid: duty.kid, credential: duty.credential, role: "duty" }]) {
      await expect(verify(holder as Holder, authority, force, nowMs)).resolves.toMatchObject({ kid: holder.kid });
    }
  });

  test("made a box that its operator opens", async () => {
    const shift = await shiftOf(shiftPart);
    const opened = await unbox(played.box, shift);
    expect(opened).toEqual(played.duty.private);
    await expect(new StaffKeys(shift).addDuty(played.duty.kid, opened)).resolves.toBeUndefined();
  });
});

test("the account key opens with its password alone", async () => {
  const { sealed, password, certificate } = scene.account;
  const key = await openAccountKey(sealed, password.normalize("NFD"));
  expect(key.extractable).toBe(false);
  const signature = { name: "ECDSA", hash: "SHA-256" };
  const signed = await crypto.subtle.sign(signature, key, new Uint8Array(3));
  const payload = JSON.parse(atob(certificate.split(".")[1]?.replaceAll("-", "+").replaceAll("_", "/") ?? "")) as {
    cnf: { jwk: unknown };
  };
  const jwk = publicJwk(payload.cnf.jwk);
  if (!jwk) throw new Error("no key in the certificate");
  expect(await thumbprint(jwk)).toBe(scene.account.kid);
  const certified = await crypto.subtle.importKey("jwk", { ...jwk }, { name: "ECDSA", namedCurve: "P-256" }, true, ["verify"]);
  expect(await crypto.subtle.verify(signature, certified, signed, new Uint8Array(3))).toBe(true);
  for (const wrong of [`${password} `, "", password.toUpperCase()]) {
    await expect(openAccountKey(sealed, wrong)).rejects.toThrow(Unverified);
  }
});

describe("what nobody may take", () => {
  test.each(hostile.holders)("a credential: $why", async ({ holder }) => {
    await expect(verify(holder as Holder, authority, force, nowMs)).rejects.toThrow(Unverified);
  });

  test.each(hostile.frames)("a frame: $why", async ({ frame }) => {
    const staff = new StaffKeys(await shiftOf(shiftPart));
    await openAll(staff, vectors.twin.frames as MessageFrame[]);
    expect(await staff.open(frame as MessageFrame)).toEqual({ state: "unreadable" });
  });

  test.each(hostile.account_keys)("an account key: $why", async ({ sealed }) => {
    await expect(openAccountKey(sealed, scene.account.password)).rejects.toThrow(Unverified);
  });
});
