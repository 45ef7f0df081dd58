import type { HeldFrame, WelcomeFrame } from "@shared/frames";
import type { Heard } from "@shared/sealed-link";
import { type Act, type Desk, reduce } from "./desk";
import { type Line, newLine } from "./line";

// What a server says to an operator's console, for tests; a test names only what it is about.

export const A = "00000000-0000-4000-8000-00000000000a";
/** When all of it happens, in milliseconds of the server's clock. */
export const NOW = 1_000_000;

export function welcomed(said: Partial<WelcomeFrame> = {}): WelcomeFrame {
  return { t: "welcome", operator: "police1", force: "police", status: "available", limit: 4, conversations: [], at: NOW, ...said };
}

/** A conversation that came to this operator just now, a minute after it was opened. */
export function heldFrame(said: Partial<HeldFrame> = {}): HeldFrame {
  return {
    t: "held",
    conversation: A,
    category: "domestic",
    audience: "victim",
    force: "police",
    opened_at: NOW - 60_000,
    assigned_at: NOW,
    language: "fr",
    turn: 1,
    ...said,
  };
}

/** The conversation of this number, from 1 to 9, as a console has it after a reload. */
export function heldLine(number: number, said: Partial<HeldFrame> = {}): Line {
  return newLine(heldFrame({ conversation: `00000000-0000-4000-8000-00000000000${number}`, ...said }), number, false, NOW);
}

/** The desk after frames and acts, one after the other. */
export function after(desk: Desk, ...steps: (Heard | Act)[]): Desk {
  return steps.reduce((state, step) => reduce(state, "t" in step ? { type: "frame", frame: step, now: NOW } : step), desk);
}
