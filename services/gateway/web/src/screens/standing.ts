import type { StateFrame } from "@shared/frames";
import type { LinkStatus } from "@shared/socket";
import type { Say } from "../words";

/** Where the conversation stands, in words: a title, and what it means for the visitor. */
export interface Standing {
  readonly title: string;
  readonly detail: string;
}

/**
 * Say only what is known: no estimate where the server gives none, no listener where there is none. `unread`: who has the
 * conversation could not be verified, and has no key.
 */
export function standing(t: Say, state: StateFrame | null, link: LinkStatus, unread = false): Standing {
  const { title, detail } = byStage(t, state, unread);
  if (link === "lost" || link === "closed") return { title, detail: t("lost") };
  const third = state?.psychologist;
  return { title, detail: third && !unread ? `${detail} ${t(`third_${third}`)}` : detail };
}

function byStage(t: Say, state: StateFrame | null, unread: boolean): Standing {
  if (state?.stage === "active") {
    const title = state.force ? t(state.force) : t("conversation");
    if (unread) return { title, detail: t("unread") };
    if (state.handover) return { title, detail: t("handover") };
    if (state.peer_connected === false) return { title, detail: t("peerAway") };
    return { title, detail: t((state.turn ?? 1) > 1 ? "relayed" : "listening") };
  }
  if (state?.stage !== "waiting") return { title: t("routing"), detail: t("writeNow") };
  if (state.notice) return { title: t("closedTo"), detail: `${state.notice} ${t("closedStill")}` };
  const { position, estimate_s: seconds } = state;
  const title = !position ? t("waiting") : position === 1 ? t("next") : t("ahead", { n: position - 1 });
  return { title, detail: `${estimate(t, seconds ?? null)} ${t("writeNow")}` };
}

function estimate(t: Say, seconds: number | null): string {
  if (seconds === null) return t("noEstimate");
  return seconds < 60 ? t("soon") : t("minutes", { n: Math.round(seconds / 60) });
}
