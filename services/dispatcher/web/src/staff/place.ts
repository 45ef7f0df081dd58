import type { Force } from "@shared/frames";

/** To whom in a force something is said; everybody of the force who is on duty may read it. */
export const CHANNELS = ["supervisors", "psychologists", "colleagues"] as const;
export type Channel = (typeof CHANNELS)[number];

/** The name of a place where staff write: `police.colleagues`, `conversation.<id>`. */
export type Place = string;

const NOTES = "conversation.";

export const roomOf = (force: Force, channel: Channel): Place => `${force}.${channel}`;
export const roomsOf = (forces: readonly Force[]): Place[] => forces.flatMap((force) => CHANNELS.map((channel) => roomOf(force, channel)));
export const notesOf = (conversation: string): Place => NOTES + conversation;
export const isNotes = (place: Place): boolean => place.startsWith(NOTES);

/** Whose room it is; null for notes. */
export function forceOf(place: Place): Force | null {
  const [name] = place.split(".");
  return name === "police" || name === "gendarmerie" ? name : null;
}

/** The channel of a room; null for notes. */
export function channelOf(place: Place): Channel | null {
  const [, name] = place.split(".");
  return isNotes(place) ? null : (CHANNELS.find((channel) => channel === name) ?? null);
}
