import { check, claims, holds, nested, parts, rolesOf, type Verified } from "./credential";
import { publicOf, type ShiftKey, state } from "./duty";
import { importPublic, type PublicJwk, thumbprint } from "./keys";

// A supervisor's key for what staff write to each other. It is stated for that use alone, which no visitor's page takes:
// it can be admitted to no conversation.

/** How long it may be stated to hold, in seconds: a shift. */
export const MOST_SUPERVISION_S = 16 * 3_600;

const USE = "supervision";
const ROLE = "supervisor";

/** A key that a line is sealed for. */
export type Addressee = Pick<Verified, "kid" | "key">;

/** A supervisor's key as the server tells of it: believed only once it is verified. */
export interface Told {
  readonly kid: string;
  readonly credential: string;
  readonly force: string;
}

/** Make a supervisor's key, stated by the account. `nowMs` is best the server's time. */
export async function makeSupervisionKey(
  accountKey: CryptoKey,
  certificate: string,
  force: string,
  nowMs: number,
): Promise<ShiftKey> {
  const pair = await crypto.subtle.generateKey({ name: "ECDH", namedCurve: "P-256" }, false, ["deriveBits"]);
  const jwk = await publicOf(pair.publicKey);
  const iat = Math.floor(nowMs / 1_000);
  const exp = iat + MOST_SUPERVISION_S;
  const said = { use: USE, force, role: ROLE, cnf: { jwk }, iat, exp };
  const credential = await state(accountKey, certificate, said);
  return { kid: await thumbprint(jwk), credential, ...pair, expiresAt: exp * 1_000 };
}

/** Verify a supervisor's key, of whichever force: they see both floors. Throws `Unverified`. */
export async function verifySupervisor(told: Told, authority: PublicJwk, nowMs: number): Promise<Addressee> {
  const { certificate, statement } = parts(told.credential);
  const now = Math.floor(nowMs / 1_000);
  const account = await claims(certificate, authority, "havre-account+jwt");
  const said = await claims(statement, nested(account), "havre-key+jwt");
  check(holds(account, now) && holds(said, now), "expired, or not valid yet");
  check(said["use"] === USE && said["role"] === ROLE, "stated for another use");
  check(Number(said["exp"]) - Number(said["iat"]) <= MOST_SUPERVISION_S, "stated for too long");
  check(account["force"] === told.force && said["force"] === told.force, "of another force");
  check(rolesOf(account).includes(ROLE), "of a role that the account has not");
  const jwk = nested(said);
  check((await thumbprint(jwk)) === told.kid, "another key");
  return { kid: told.kid, key: await importPublic(jwk, "ECDH") };
}
