import { type PublicJwk, publicJwk } from "@shared/sealing/keys";
import { content } from "./content";

/** What the gateway wrote into the page about itself: data, never script. */
export interface Installation {
  /** Whose certificates prove who is staff; null: without it nothing is sealed for anybody. */
  readonly authority: PublicJwk | null;
  /** How long resume words work, in seconds; 0: they are not offered. */
  readonly resumeS: number;
}

export function readInstallation(): Installation {
  return { authority: authority(content("staff-authority")), resumeS: Number(content("resume-seconds")) || 0 };
}

/** Whether this browser, at this address, can seal: over plain HTTP no browser offers what it takes. */
export function canSeal(): boolean {
  return isSecureContext && typeof (crypto as Partial<Crypto>).subtle === "object";
}

function authority(text: string): PublicJwk | null {
  try {
    return publicJwk(JSON.parse(text));
  } catch {
    // The mark itself stands there when the page is served by something that is no gateway.
    return null;
  }
}
