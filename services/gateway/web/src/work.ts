import type { Challenge } from "altcha-lib/types";

/**
 * The proof of work that the gateway asks for when very many conversations are opened.
 *
 * One at a time: a puzzle holds on any connection, so a new connection waits for what the last one began. The solver is
 * fetched when it is first needed. The browser derives the keys beside the page's own thread, which stays free.
 */
export class Work {
  #under: Promise<string> | null = null;

  /** Return the proof for `puzzle`, or for the one that is being solved already. */
  of(puzzle: string): Promise<string> {
    this.#under ??= solve(puzzle).finally(() => {
      this.#under = null;
    });
    return this.#under;
  }
}

/** Return what ALTCHA's libraries call a payload: the puzzle and its solution, in base64. */
async function solve(puzzle: string): Promise<string> {
  const challenge = JSON.parse(puzzle) as Challenge;
  const { deriveKey, solveChallenge } = await import("./solver");
  const solution = await solveChallenge({ challenge, deriveKey });
  if (!solution) throw new Error("no solution was found in time");
  return btoa(JSON.stringify({ challenge, solution }));
}
