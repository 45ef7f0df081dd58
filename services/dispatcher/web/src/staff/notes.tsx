import type { RefObject } from "preact";
import { useEffect, useRef } from "preact/hooks";
import type { Backroom } from "./backroom";
import { notesOf } from "./place";
import { hour, s } from "./say";
import { useBackroom } from "./use";
import { Waiting } from "./waiting";
import { Writer } from "./writer";

interface Props {
  room: Backroom;
  conversation: string;
  /** The conversation's number on this screen. */
  number: number;
  /** Whether it is before somebody's eyes. */
  shown: boolean;
  field: RefObject<HTMLTextAreaElement | null>;
}

/** What the staff of one conversation note beside it. */
export function Notes({ room, conversation, number, shown, field }: Props) {
  useBackroom(room);
  const place = notesOf(conversation);
  const { lines } = room.held(place);
  const list = useRef<HTMLOListElement>(null);
  const open = lines.filter(({ opened }) => opened !== null);
  const closed = lines.length - open.length;
  useEffect(() => {
    if (shown) room.seen([place]);
  }, [room, place, shown, lines]);
  useEffect(() => {
    list.current?.lastElementChild?.scrollIntoView({ block: "nearest" });
  }, [lines.length, shown]);
  return (
    <section class="staff" aria-label={s("notesTitle", { number })}>
      <h2>{s("notesTitle", { number })}</h2>
      <p class="staff-promise">{s("notesPromise")}</p>
      <ol ref={list} class="staff-lines" tabIndex={0} aria-label={s("notes")}>
        {lines.length === 0 && <li class="empty">{s("notesNone")}</li>}
        {closed > 0 && <li class="staff-closed">{s("closedNotes", { n: closed })}</li>}
        {open.map(({ sealed, opened }) => (
          <li key={sealed.seq} class="staff-line">
            <p class="staff-head">
              <b>{sealed.by === room.me ? s("mine") : sealed.by}</b> <time>{hour(sealed.at)}</time>
            </p>
            <p class="staff-text">{opened?.text}</p>
          </li>
        ))}
        <Waiting room={room} places={[place]} />
      </ol>
      <Writer
        field={field}
        label={s("noteLabel", { number })}
        placeholder={s("notePlaceholder")}
        button={s("noteWrite")}
        keys={s("noteKeys")}
        onWrite={(text) => room.write(place, { text, about: null })}
      />
    </section>
  );
}
