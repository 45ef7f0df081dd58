import type { OperatorFrame, ServerFrame, WelcomeFrame } from "@shared/frames";
import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { Console } from "./console";

const NOW = 1_767_225_600_000;
const welcome: WelcomeFrame = {
  t: "welcome",
  operator: "police1",
  force: "police",
  status: "available",
  limit: 3,
  conversations: [],
  at: NOW + 90_000,
};

/** The server's end of the one connection that a test makes. */
class Wire extends EventTarget {
  static readonly OPEN = 1;
  static made: Wire[] = [];
  readonly readyState = Wire.OPEN;
  readonly sent: OperatorFrame[] = [];
  onopen: (() => void) | null = null;
  onmessage: ((event: { data: string }) => void) | null = null;

  constructor() {
    super();
    Wire.made.push(this);
  }
  send(text: string): void {
    this.sent.push(JSON.parse(text) as OperatorFrame);
  }
  close(): void {
    this.onmessage = null;
  }
  say(frame: ServerFrame): void {
    this.onmessage?.({ data: JSON.stringify(frame) });
  }
}

async function seated(): Promise<{ desk: Console; wire: Wire }> {
  const desk = new Console("ws://havre.example/ws");
  await desk.login("police1", "a password");
  const [wire] = Wire.made;
  if (!wire) throw new Error("no connection was made");
  wire.onopen?.();
  wire.say(welcome);
  return { desk, wire };
}

beforeEach(() => {
  vi.useFakeTimers({ now: NOW });
  Wire.made = [];
  vi.stubGlobal("WebSocket", Wire);
  vi.stubGlobal("fetch", () =>
    Promise.resolve(new Response(JSON.stringify({ operator: "police1", force: "police", roles: ["operator"] }))),
  );
});
afterEach(() => {
  vi.unstubAllGlobals();
  vi.useRealTimers();
});

describe("the console at its desk", () => {
  test("has the server's clock from the welcome, and asks for nothing more", async () => {
    const { desk, wire } = await seated();
    expect(desk.snapshot.skew).toBe(90_000);
    expect(wire.sent.map((frame) => frame.t)).toEqual(["sync"]);
  });

  test("shows the status that the server says, whatever was asked for", async () => {
    const { desk, wire } = await seated();
    desk.status("paused");
    expect(wire.sent.at(-1)).toEqual({ t: "status", status: "paused" });
    wire.say({ t: "status", status: "available" });
    expect(desk.snapshot.desk.welcome?.status).toBe("available");
  });
});
