import { base64url, CompactEncrypt, compactDecrypt } from "jose";
import { COUNT, plain } from "./list";

/**
 * What four words lead to. All of it is slow to derive, so that guessing is slow, and none of it leads back quickly.
 *
 * The words are taken in alphabetical order: in which order a person remembers them does not matter.
 */

const ROUNDS = 600_000;
const BITS = 256;
/** Fixed, so that the same words lead to the same place from any device; each use has its own. */
const USE = { locator: "havre-words-1 locator", root: "havre-words-1 root", proof: "havre-words-1 proof", box: "havre-words-1 box" };
const ENC = "A256GCM";
const encoder = new TextEncoder();

/** The words could not open what was found: it is not theirs. */
export class NotTheirs extends Error {
  override readonly name = "NotTheirs";
}

/** What is derived from four words; the words themselves are not kept. */
export class Phrase {
  /** Where the box is found, in hexadecimal: from the first two words alone. */
  readonly locator: string;
  /** Shows that all four are known, in hexadecimal. */
  readonly proof: string;
  readonly #root: CryptoKey;

  private constructor(locator: string, proof: string, root: CryptoKey) {
    this.locator = locator;
    this.proof = proof;
    this.#root = root;
  }

  /** Derive everything: about a second on a phone. */
  static async of(words: readonly string[]): Promise<Phrase> {
    const sorted = words.map(plain).sort();
    const locator = await slowly(sorted.slice(0, COUNT / 2).join(" "), USE.locator);
    const bits = await slowly(sorted.join(" "), USE.root);
    const root = await crypto.subtle.importKey("raw", bits, "HKDF", false, ["deriveBits", "deriveKey"]);
    const proof = await crypto.subtle.deriveBits(hkdf(new Uint8Array(), USE.proof), root, BITS);
    return new Phrase(hex(locator), hex(proof), root);
  }

  /** Seal a text so that these words and the installation's share open it together. */
  async seal(text: string, share: string): Promise<string> {
    const key = await this.#key(share);
    return new CompactEncrypt(encoder.encode(text)).setProtectedHeader({ alg: "dir", enc: ENC }).encrypt(key);
  }

  /** Open what `seal` made. Throws `NotTheirs`. */
  async open(box: string, share: string): Promise<string> {
    const allowed = { keyManagementAlgorithms: ["dir"], contentEncryptionAlgorithms: [ENC] };
    try {
      const { plaintext } = await compactDecrypt(box, await this.#key(share), allowed);
      return new TextDecoder().decode(plaintext);
    } catch {
      throw new NotTheirs("these words do not open this box");
    }
  }

  #key(share: string): Promise<CryptoKey> {
    const salt = new Uint8Array(base64url.decode(share));
    const kind = { name: "AES-GCM", length: BITS };
    return crypto.subtle.deriveKey(hkdf(salt, USE.box), this.#root, kind, false, ["encrypt", "decrypt"]);
  }
}

async function slowly(text: string, use: string): Promise<ArrayBuffer> {
  const key = await crypto.subtle.importKey("raw", encoder.encode(text), "PBKDF2", false, ["deriveBits"]);
  const how = { name: "PBKDF2", hash: "SHA-256", iterations: ROUNDS, salt: encoder.encode(use) };
  return crypto.subtle.deriveBits(how, key, BITS);
}

function hkdf(salt: Uint8Array<ArrayBuffer>, use: string): HkdfParams {
  return { name: "HKDF", hash: "SHA-256", salt, info: encoder.encode(use) };
}

function hex(bits: ArrayBuffer): string {
  return Array.from(new Uint8Array(bits), (byte) => byte.toString(16).padStart(2, "0")).join("");
}
