import type { Backroom } from "./backroom";
import type { Place } from "./place";
import { failure, s } from "./say";

/** What is written and not stored yet, or was refused: said so in its place, never dropped in silence. */
export function Waiting({ room, places }: { room: Backroom; places: readonly Place[] }) {
  return (
    <>
      {places.flatMap((place) => room.pending(place)).map(({ cid, text, why }) => (
        <li key={cid} class={why === null ? "staff-line waiting" : "staff-line refused"}>
          <p class="staff-text">{text}</p>
          {why === null ? (
            <p class="staff-head">{s("sending")}</p>
          ) : (
            <div class="row" role="alert">
              <span>{failure(why)}</span>
              <button type="button" onClick={() => room.retry(cid)}>
                {s("retry")}
              </button>
              <button type="button" class="plain" onClick={() => room.drop(cid)}>
                {s("drop")}
              </button>
            </div>
          )}
        </li>
      ))}
    </>
  );
}
