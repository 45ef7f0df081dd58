/** Return a client id for a message: 32 hex digits, unguessable, the same again in every resend. */
export function clientId(): string {
  // randomUUID exists only on secure origins; a first installation may be tried over plain HTTP on a local network.
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");
}
