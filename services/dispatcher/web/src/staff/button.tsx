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
      aria-label={news > 0 ? s("chatOpen", { n: news }) : s("chatTitle")}
      onClick={onToggle}
    >
      {s("chat")} {news > 0 && <span class="count">{news}</span>} <kbd>Alt M</kbd>
    </button>
  );
}
