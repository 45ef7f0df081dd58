/** Which of the two places a conversation is open in. */
export type Side = 0 | 1;

/** What is open, left and right, and which of them has the keyboard. A narrow screen shows the active one alone. */
export interface Panes {
  readonly ids: readonly [string | null, string | null];
  readonly active: Side;
}

export const NO_PANES: Panes = { ids: [null, null], active: 0 };

/**
 * Open a conversation: where it is already; else in a free place; else in the active one, or the other (`beside`).
 *
 * `wide`: two places are on screen; else only the active one counts.
 */
export function opened(panes: Panes, id: string, wide: boolean, beside: boolean): Panes {
  const other: Side = panes.active === 0 ? 1 : 0;
  if (panes.ids[panes.active] === id) return panes;
  if (panes.ids[other] === id) return wide ? { ...panes, active: other } : put(panes, id, panes.active);
  if (!wide || panes.ids[panes.active] === null) return put(panes, id, panes.active);
  return put(panes, id, panes.ids[other] === null || beside ? other : panes.active);
}

/** Put a conversation in a place only if that place is free; the keyboard stays where it is. */
export function kept(panes: Panes, id: string, wide: boolean): Panes {
  const other: Side = panes.active === 0 ? 1 : 0;
  if (panes.ids.includes(id)) return panes;
  if (panes.ids[panes.active] === null) return put(panes, id, panes.active);
  if (wide && panes.ids[other] === null) return { ...put(panes, id, other), active: panes.active };
  return panes;
}

/** Give the keyboard to the other place, if something is open there. */
export function swapped(panes: Panes, wide: boolean): Panes {
  const other: Side = panes.active === 0 ? 1 : 0;
  return wide && panes.ids[other] !== null ? { ...panes, active: other } : panes;
}

function put(panes: Panes, id: string, side: Side): Panes {
  const [left, right] = panes.ids.map((known) => (known === id ? null : known)) as [string | null, string | null];
  return { ids: side === 0 ? [id, right] : [left, id], active: side };
}
