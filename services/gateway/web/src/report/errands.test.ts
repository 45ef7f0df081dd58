import type { Heard } from "@shared/sealed-link";
import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { type Answering, type Asking, Errands } from "./errands";

const CONVERSATION = "0190b2f0-0000-7000-8000-000000000001";
const withdraw = (report: string): Asking => ({ t: "withdraw", conversation: CONVERSATION, report, withdrawal: "a.b.c" });
const withdrawn = (report: string): Heard => ({ t: "withdrawn", conversation: CONVERSATION, report, status: "withdrawn" });
const refusal = (code: "unavailable" | "not_found", cid?: string): Heard => ({ t: "error", code, detail: "", ...(cid ? { cid } : {}) });

describe("what is asked of the service", () => {
  let out: string[];
  let told: string[];
  let connected: boolean;
  let errands: Errands;
  const ask = (report: string): void =>
    errands.ask({
      frame: withdraw(report),
      answered: (answer: Answering) => told.push(`${answer.t} ${report}`),
      refused: (code) => told.push(`${code} ${report}`),
    });

  beforeEach(() => {
    vi.useFakeTimers();
    out = [];
    told = [];
    connected = true;
    errands = new Errands((frame) => connected && out.push(frame.report) > 0);
  });
  afterEach(() => void vi.useRealTimers());

  test("goes out one by one, and a refusal belongs to the one that is out", () => {
    ask("one");
    ask("two");
    expect(out).toEqual(["one"]);
    expect(errands.heard(refusal("not_found"))).toBe(true);
    expect(out).toEqual(["one", "two"]);
    expect(errands.heard(withdrawn("two"))).toBe(true);
    expect(told).toEqual(["not_found one", "withdrawn two"]);
  });

  test("takes no refusal of a message, nor one when nothing was asked", () => {
    expect(errands.heard(refusal("not_found"))).toBe(false);
    ask("one");
    expect(errands.heard(refusal("not_found", "cid-1"))).toBe(false);
    expect(told).toEqual([]);
  });

  test("is asked again when the service is away, and lets others pass", () => {
    ask("one");
    ask("two");
    errands.heard(refusal("unavailable"));
    expect(out).toEqual(["one"]);
    vi.advanceTimersByTime(2_000);
    expect(out).toEqual(["one", "two"]);
    errands.heard(withdrawn("two"));
    expect(out).toEqual(["one", "two", "one"]);
  });

  test("is asked again on a new connection, and by nobody once all is forgotten", () => {
    ask("one");
    connected = false;
    errands.linked(false);
    connected = true;
    errands.linked(true);
    expect(out).toEqual(["one", "one"]);
    errands.forget();
    errands.linked(true);
    expect(out).toEqual(["one", "one"]);
  });
});
