import { afterEach, expect, test, vi } from "vitest";
import * as api from "./api";

function answers(status: number, body: string | null): void {
  vi.stubGlobal("fetch", () => Promise.resolve(new Response(body, { status })));
}
afterEach(() => {
  vi.unstubAllGlobals();
});

test.each([
  [401, { error: "unauthenticated" }, "refused"],
  [401, { error: "code_wanted" }, "code_wanted"],
  [401, { error: "code_wrong" }, "code_wrong"],
  [403, { error: "no_second_factor" }, "no_second_factor"],
  [403, { error: "local_login_off" }, "local_login_off"],
  [403, { error: "forbidden" }, "refused"],
  [429, { error: "too_fast" }, "too_fast"],
  [503, { error: "unavailable" }, "unavailable"],
])("a login answered %i %o is %s", async (status, body, failure) => {
  answers(status, JSON.stringify(body));
  expect(await api.login("police1", "a password")).toEqual({ ok: false, failure });
});

test.each([
  [502, "<html>a proxy's own page</html>"],
  [500, "{not json"],
  [503, ""],
])("an answer %i that is not ours is told as no answer", async (status, body) => {
  answers(status, body);
  expect(await api.login("police1", "a password")).toEqual({ ok: false, failure: "unavailable" });
});

test("logging out says where the provider ends its session, if it does", async () => {
  answers(200, JSON.stringify({ go: "https://id.example/end" }));
  expect(await api.logout()).toBe("https://id.example/end");
  answers(204, null);
  expect(await api.logout()).toBeNull();
});
