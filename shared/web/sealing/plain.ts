import type { Role } from "../frames";

/**
 * What a body holds: words, one structure of help as JSON text, the mere fact that somebody is writing; of a signalement
 * what the operator proposes and what the visitor decides, each as JSON text.
 */
export type PlainKind = "text" | "card" | "typing" | "proposal" | "consent";

/** What is sealed into the body of one frame: the words, and where they belong. */
export interface Plain {
  readonly conversation: string;
  readonly cid: string;
  readonly by: Role;
  readonly kind: PlainKind;
  readonly data: string;
}

/** Where a frame says that its body belongs. */
export type Place = Pick<Plain, "conversation" | "cid" | "by">;

/** What was read of a body that belongs where the frame says. */
export type Content = Pick<Plain, "kind" | "data">;

/** Stands for the client id in the body of a typing frame, which has none. */
export const TYPING_CID = "typing";

/** Bytes that a plaintext may have: whoever sees a sealed body learns one of these, and no length between them. */
export const SIZES = [256, 1_024, 4_096, 12_000] as const;

const VERSION = 1;
const SPACE = 0x20;
const KINDS: readonly string[] = ["text", "card", "typing", "proposal", "consent"] satisfies PlainKind[];
/** Kinds that only one role may say; whoever else says one has said nothing readable. */
const SAID_BY: Readonly<Record<string, Role>> = { proposal: "operator", consent: "visitor" };
const encoder = new TextEncoder();
const decoder = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });

/** The longest that everything beside `data` may be: `fits` holds whoever sends it, wherever. */
const LONGEST: Plain = {
  conversation: "-".repeat(36),
  cid: "-".repeat(64),
  by: "psychologist",
  kind: "proposal",
  data: "",
};

/** Whether the largest size holds it, whoever says it in whichever conversation. */
export function fits(data: string): boolean {
  return sizeFor(encoded({ ...LONGEST, data }).length) !== undefined;
}

/** Return the plaintext of a body, filled up to one of `SIZES`. Throws `RangeError` when no size holds it. */
export function padded(plain: Plain): Uint8Array {
  const bytes = encoded(plain);
  const size = sizeFor(bytes.length);
  if (size === undefined) throw new RangeError("no body holds a text of this length");
  const filled = new Uint8Array(size).fill(SPACE);
  filled.set(bytes);
  return filled;
}

/** Return what a plaintext holds, or null when it is none or belongs to another place. */
export function read(bytes: Uint8Array, place: Place): Content | null {
  const fields = object(bytes);
  if (fields?.["v"] !== VERSION) return null;
  if (fields["c"] !== place.conversation || fields["i"] !== place.cid || fields["b"] !== place.by) return null;
  const { k: kind, d: data } = fields;
  if (!isKind(kind) || (SAID_BY[kind] ?? place.by) !== place.by) return null;
  return typeof data === "string" ? { kind, data } : null;
}

/** Return the JSON object that the bytes are the UTF-8 text of, or null. */
export function object(bytes: Uint8Array): Readonly<Record<string, unknown>> | null {
  try {
    const found: unknown = JSON.parse(decoder.decode(bytes));
    return typeof found === "object" && found !== null && !Array.isArray(found) ? { ...found } : null;
  } catch {
    return null;
  }
}

/** Return an object as the UTF-8 bytes of its JSON text. */
export function bytesOf(fields: object): Uint8Array {
  return encoder.encode(JSON.stringify(fields));
}

function encoded({ conversation, cid, by, kind, data }: Plain): Uint8Array {
  return bytesOf({ v: VERSION, c: conversation, i: cid, b: by, k: kind, d: data });
}

function sizeFor(length: number): number | undefined {
  return SIZES.find((size) => length <= size);
}

function isKind(kind: unknown): kind is PlainKind {
  return typeof kind === "string" && KINDS.includes(kind);
}
