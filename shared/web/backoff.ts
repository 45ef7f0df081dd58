const FIRST_MS = 500;
const LONGEST_MS = 10_000;

/**
 * Return how long to wait, in milliseconds, before connection attempt number `attempt` (0 is the first retry).
 *
 * The wait doubles up to 10 s, and half of it is chance, so that the thousands of pages of an instance that died do not
 * all come back in the same instant. `chance` is in [0, 1).
 */
export function backoff(attempt: number, chance: number): number {
  const whole = Math.min(LONGEST_MS, FIRST_MS * 2 ** Math.min(attempt, 10));
  return Math.round(whole * (0.5 + chance / 2));
}
