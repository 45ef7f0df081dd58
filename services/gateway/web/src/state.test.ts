import type { ErrorFrame } from "@shared/frames";
import type { Heard, OpenedMessage } from "@shared/sealed-link";
import { describe, expect, test } from "vitest";
import { type Act, BLANK, next, progress, type State } from "./state";

const ID = "0190b2f0-0000-7000-8000-000000000001";
const CHOICE = { category: "domestic", audience: "witness", postalCode: "95300", minor: false } as const;

const frame = (sent: Heard): Act => ({ type: "frame", frame: sent, now: 0 });
const after = (...acts: Act[]): State => acts.reduce(next, BLANK);
const refusal = (code: ErrorFrame["code"]): Act => frame({ t: "error", code, detail: "" });
const asked: Act = { type: "asked", choice: CHOICE };
const opened = frame({ t: "opened", conversation: ID, token: "t".repeat(32) });
const message = (seq: number): OpenedMessage => ({
  t: "message",
  conversation: ID,
  seq,
  by: "operator",
  at: 0,
  cid: `theirs-${seq}-x`,
  kind: "text",
  body: "MARKER",
});

describe("the visitor's page", () => {
  test("asks for the commune only when the server does, and may write as soon as there is a conversation", () => {
    const question = { t: "ask_commune", postal_code: "95300", communes: [] } as const;
    expect(after(asked).screen.at).toBe("connecting");
    expect(after(asked, frame(question)).screen).toEqual({ at: "commune", question });
    expect(after(asked, frame(question), { type: "answered" }, opened).screen.at).toBe("talk");
  });

  test("goes on trying when the service is busy, and keeps what was chosen when it refuses", () => {
    expect(after(asked, refusal("unavailable")).screen).toEqual({ at: "connecting", back: false, busy: true });
    const refused = after(asked, refusal("invalid"));
    expect(refused.screen).toEqual({ at: "start", refused: "invalid", back: null });
    expect(refused.choice).toEqual(CHOICE);
  });

  test("a conversation that is over leaves nothing in memory, whoever ended it", () => {
    const talking = [asked, opened, frame(message(1)), { type: "drafted", draft: "MARKER" } as const];
    const endings: Act[] = [
      frame({ t: "erased", conversation: ID, ended_by: "operator" }),
      frame({ t: "error", code: "not_found", detail: "", conversation: ID }),
      { type: "unsure" },
    ];
    expect(JSON.stringify(after(...talking))).toContain("MARKER");
    for (const ending of endings) {
      const state = after(...talking, ending);
      expect(state.screen.at).toBe("ended");
      expect({ ...state, screen: BLANK.screen }).toEqual(BLANK);
    }
  });

  test("going to the question of ending and back loses neither the conversation nor what was being written", () => {
    const state = after(asked, opened, { type: "drafted", draft: "half a" }, { type: "ending" }, { type: "staying" });
    expect(state.screen.at).toBe("talk");
    expect(state.draft).toBe("half a");
  });

  test("never says that it saw what has not arrived", () => {
    const state = after(asked, opened, frame(message(1)), frame(message(3)), { type: "looked", seq: 3 });
    expect(progress(state)).toEqual({ delivered: 1, seen: 1 });
  });
});
