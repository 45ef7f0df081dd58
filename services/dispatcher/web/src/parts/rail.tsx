import { typists } from "@shared/conversation";
import { mostUrgentFirst } from "../danger/news";
import { d } from "../danger/say";
import { noticeWords, placeOf } from "../desk/announce";
import type { Snapshot } from "../desk/console";
import { activeLine, type Desk } from "../desk/desk";
import { unread, type Line } from "../desk/line";
import { sitsAs } from "../desk/snapshot";
import { t } from "../lib/say";
import { span, useNow } from "../lib/time";
import { Care } from "./care";
import { useConsole } from "./context";
import { Timer, waitOf } from "./patience";
import { Requests } from "./requests";
import { Offered } from "./transfer";

interface Props {
  snapshot: Snapshot;
  onOpen: (id: string, beside: boolean) => void;
}

/** My conversations with their timers, what was said of those that left, and the queues. */
export function Rail({ snapshot, onOpen }: Props) {
  const { desk } = snapshot;
  const paused = desk.welcome?.status === "paused";
  const attends = sitsAs(snapshot.account) === "psychologist";
  return (
    <nav class="rail" aria-label={t("viewList")}>
      <Offered snapshot={snapshot} />
      <h2 class="section-title">{t("mine", { count: desk.lines.length, limit: desk.welcome?.limit ?? "–" })}</h2>
      {desk.lines.length === 0 && <p class="empty">{noneWords(paused, attends)}</p>}
      <ul class="lines">
        {mostUrgentFirst(desk.lines).map((line) => (
          <Entry key={line.id} line={line} snapshot={snapshot} onOpen={onOpen} />
        ))}
      </ul>
      <Notices desk={desk} />
      {attends ? <Requests snapshot={snapshot} /> : <Queues desk={desk} />}
      <Care active={attends ? undefined : activeLine(desk)} skew={snapshot.skew} />
    </nav>
  );
}

function noneWords(paused: boolean, attends: boolean): string {
  if (attends) return t(paused ? "psyNonePaused" : "psyNone");
  return t(paused ? "mineNonePaused" : "mineNone");
}

function Entry({ line, snapshot, onOpen }: { line: Line } & Props) {
  const now = useNow();
  const { panes, wide } = snapshot.desk;
  const wait = waitOf(line, now + snapshot.skew);
  const current = panes.ids[panes.active] === line.id;
  const shown = current || (wide && panes.ids.includes(line.id));
  const news = unread(line);
  const { danger, minor } = line.held;
  const looks = ["line", shown && "open", wait?.patience, line.fresh && "fresh", danger && "endangered"].filter(Boolean).join(" ");
  return (
    <li>
      <button
        type="button"
        class={looks}
        aria-current={current}
        onClick={(event) => onOpen(line.id, event.shiftKey)}
      >
        <span class="rank">
          <span class="unseen">{t("rank", { number: line.number })}</span>
          <kbd aria-hidden="true">{line.number}</kbd>
        </span>
        <span class="what">{t(`categoryShort_${line.held.category}`)}</span>
        {wait ? <Timer {...wait} /> : <span />}
        <span class="about">
          {danger && <span class="alarm">⚠ {d("flag")}</span>}
          {minor && <span class="alarm">{d("minor")}</span>}
          {wait?.patience === "long" && <span class="gone">{t("waitsLong")}</span>}
          {line.fresh && <span class="news">★ {t("fresh")}</span>}
          <span>{placeOf(line)}</span>
          <span>{t(`audience_${line.held.audience}`)}</span>
          {line.held.psychologist && line.held.part !== "psychologist" && <span>{t("psyBadge")}</span>}
          {news > 0 && <span class="unread">{t("unread", { n: news })}</span>}
          {typists(line.chat, now).includes("visitor") && <em>{t("visitorTyping")}</em>}
          {!line.held.visitor_connected && <span class="gone">⊘ {t("gone")}</span>}
        </span>
      </button>
    </li>
  );
}

function Notices({ desk }: { desk: Desk }) {
  const page = useConsole();
  if (desk.notices.length === 0) return null;
  return (
    <ul class="notices" aria-label={t("notices")}>
      {desk.notices.map((notice) => (
        <li key={notice.id} class={notice.what === "error" ? "notice bad" : "notice"}>
          <p>{noticeWords(notice)}</p>
          <button
            type="button"
            class="plain"
            aria-label={t("noticeClose")}
            onClick={() => page.act({ type: "dismiss", notice: notice.id })}
          >
            ✕
          </button>
        </li>
      ))}
    </ul>
  );
}

function Queues({ desk }: { desk: Desk }) {
  const now = useNow();
  const aged = now - desk.queuesAt;
  const several = new Set(desk.queues.map((queue) => queue.force)).size > 1;
  return (
    <section class="queues" aria-label={t("queues")}>
      <h2 class="section-title">{t("queues")}</h2>
      {desk.queues.every((queue) => queue.waiting === 0) ? (
        <p class="empty">{t("queuesNone")}</p>
      ) : (
        <table>
          <thead>
            <tr>
              <th scope="col">{t("queue")}</th>
              <th scope="col">{t("queueWaiting")}</th>
              <th scope="col">{t("queueOldest")}</th>
            </tr>
          </thead>
          <tbody>
            {desk.queues.map(({ force, category, waiting, oldest_s }) => (
              <tr key={`${force}-${category}`} class={waiting > 0 ? "busy" : ""}>
                <th scope="row">
                  {t(`categoryShort_${category}`)}
                  {several && ` · ${t(`force_${force}`)}`}
                </th>
                <td>{waiting}</td>
                <td>{waiting > 0 ? span(oldest_s * 1_000 + aged) : "–"}</td>
              </tr>
            ))}
          </tbody>
        </table>
      )}
    </section>
  );
}
