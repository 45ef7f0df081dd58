import { useEffect, useState } from "preact/hooks";
import type { Backroom } from "./backroom";
import { channelOf, notesOf } from "./place";
import { s } from "./say";
import { useBackroom } from "./use";

/** Tell politely that somebody wrote, and to whom: not what. `held`: the conversations here, by their number. */
export function StaffTeller({ room, held }: { room: Backroom; held: ReadonlyMap<string, number> }) {
  useBackroom(room);
  const { news } = room;
  const [words, setWords] = useState("");
  useEffect(() => {
    if (!news) return;
    const channel = channelOf(news.place);
    const number = [...held].find(([id]) => notesOf(id) === news.place)?.[1];
    if (channel) setWords(s(`news_${channel}`, { who: news.by }));
    else if (number !== undefined) setWords(s("news_notes", { who: news.by, number }));
  }, [news?.number]);
  return (
    <p class="unseen" role="status">
      {words}
    </p>
  );
}
