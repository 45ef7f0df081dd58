import type { Force } from "@shared/frames";
import type { RefObject } from "preact";
import { useEffect, useRef, useState } from "preact/hooks";
import type { Backroom } from "./backroom";
import { together, type Told } from "./lines";
import { type Channel, CHANNELS, channelOf, type Place, roomOf, roomsOf } from "./place";
import { hour, s } from "./say";
import { useBackroom } from "./use";
import { Waiting } from "./waiting";
import { Writer } from "./writer";

/** A conversation that one may speak of: its id, and what it is called on this screen. */
export interface Subject {
  readonly id: string;
  readonly name: string;
}

interface Props {
  room: Backroom;
  /** Whose rooms: several for whoever sees both forces. */
  forces: readonly Force[];
  /** To whom one speaks unless one chooses otherwise. */
  first: Channel;
  subjects: readonly Subject[];
  field: RefObject<HTMLTextAreaElement | null>;
  onClose?: () => void;
}

/** What staff on duty say to each other. */
export function Chat({ room, forces, first, subjects, field, onClose }: Props) {
  useBackroom(room);
  const [force, setForce] = useState<Force>(forces[0] ?? "police");
  const [to, setTo] = useState<Channel>(first);
  const [about, setAbout] = useState("");
  const places = roomsOf(forces);
  const told = together(new Map(places.map((place) => [place, room.held(place)])), 0);
  useEffect(() => room.seen(places), [room, told.length]);
  return (
    <section class="staff staff-chat" aria-label={s("chatTitle")}>
      <div class="spread">
        <h2>{s("chatTitle")}</h2>
        {onClose && (
          <button type="button" class="plain" onClick={onClose}>
            {s("chatClose")} ✕
          </button>
        )}
      </div>
      <p class="staff-promise">{s("chatPromise")}</p>
      <Feed room={room} told={told} places={places} subjects={subjects} several={forces.length > 1} />
      {room.unheard !== null && places.includes(room.unheard) && (
        <p class="staff-unheard" role="alert">
          ⚠ {s("unheard")}
        </p>
      )}
      <div class="staff-to">
        {forces.length > 1 && (
          <label>
            {s("chatForce")}
            <select value={force} onChange={(event) => setForce(event.currentTarget.value as Force)}>
              {forces.map((one) => (
                <option key={one} value={one}>
                  {s(`force_${one}`)}
                </option>
              ))}
            </select>
          </label>
        )}
        <label>
          {s("chatTo")}
          <select value={to} onChange={(event) => setTo(event.currentTarget.value as Channel)}>
            {CHANNELS.map((one) => (
              <option key={one} value={one}>
                {s(`to_${one}`)}
              </option>
            ))}
          </select>
        </label>
        {subjects.length > 0 && (
          <label>
            {s("chatAbout")}
            <select value={about} onChange={(event) => setAbout(event.currentTarget.value)}>
              <option value="">{s("chatAboutNone")}</option>
              {subjects.map(({ id, name }) => (
                <option key={id} value={id}>
                  {name}
                </option>
              ))}
            </select>
          </label>
        )}
      </div>
      <Writer
        field={field}
        label={s("chatLabel")}
        placeholder={s("chatPlaceholder")}
        button={s("chatWrite")}
        keys={s("chatKeys")}
        onWrite={(text) => {
          const still = subjects.some(({ id }) => id === about);
          room.write(roomOf(force, to), { text, about: still ? about : null });
          setAbout("");
        }}
      />
    </section>
  );
}

interface FeedProps {
  room: Backroom;
  told: readonly Told[];
  places: readonly Place[];
  subjects: readonly Subject[];
  several: boolean;
}

function Feed({ room, told, places, subjects, several }: FeedProps) {
  const list = useRef<HTMLOListElement>(null);
  const open = told.filter(({ line }) => line.opened !== null);
  const closed = told.length - open.length;
  useEffect(() => {
    list.current?.lastElementChild?.scrollIntoView({ block: "nearest" });
  }, [told.length]);
  return (
    <ol ref={list} class="staff-lines" tabIndex={0} aria-label={s("chatTitle")}>
      {told.length === 0 && <li class="empty">{s("chatNone")}</li>}
      {closed > 0 && <li class="staff-closed">{s("closed", { n: closed })}</li>}
      {open.map(({ place, line: { sealed, opened } }) => (
        <li key={`${place}-${sealed.seq}`} class="staff-line">
          <p class="staff-head">
            <b>{s("arrow", { who: sealed.by === room.me ? s("mine") : sealed.by, to: toWhom(place, several) })}</b>{" "}
            <time>{hour(sealed.at)}</time>
          </p>
          {opened?.about && <p class="staff-about">{aboutWhat(opened.about, subjects)}</p>}
          <p class="staff-text">{opened?.text}</p>
        </li>
      ))}
      <Waiting room={room} places={places} />
    </ol>
  );
}

function toWhom(place: Place, several: boolean): string {
  const channel = s(`to_${channelOf(place) ?? "colleagues"}`);
  return several ? `${channel} · ${s(place.startsWith("police") ? "force_police" : "force_gendarmerie")}` : channel;
}

/** What a conversation is called here; elsewhere the first characters of its id, as supervisors see them. */
function aboutWhat(id: string, subjects: readonly Subject[]): string {
  return subjects.find((one) => one.id === id)?.name ?? s("aboutId", { id: id.slice(0, 8) });
}
