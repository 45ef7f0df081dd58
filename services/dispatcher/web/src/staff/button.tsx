import type { Force } from "@shared/frames";
import type { Backroom } from "./backroom";
import { unread } from "./lines";
import { roomsOf } from "./place";
import { s } from "./say";
import { useBackroom } from "./use";

interface Props {
  room: Backroom;
  forces: readonly Force[];
  open: boolean;
  onToggle: () => void;
}

/** The way to the colleagues, with how many lines of theirs nobody has looked at here. */
export function ChatButton({ room, forces, open, onToggle }: Props) {
  useBackroom(room);
  const news = roomsOf(forces).reduce((sum, place) => sum + unread(room.held(place), room.me), 0);
  return (
    <button
      type="button"
      class={news > 0 ? "to-staff news" : "to-staff"}
      aria-pressed={open}
      onClick={onToggle}
    >
      {s("chat")}{" "}
      {news > 0 && (
        <span class="count">
          {news} <span class="unseen">{s("unread", { n: news })}</span>
        </span>
      )}{" "}
      <kbd>Alt M</kbd>
    </button>
  );
}
