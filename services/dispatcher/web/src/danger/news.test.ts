import { describe, expect, test } from "vitest";
import { heldLine as line } from "../desk/frames.fixture";
import { dangerNews, mostUrgentFirst } from "./news";

describe("who is in danger", () => {
  test("stands first, the longest in danger before the others, who keep their order", () => {
    const lines = [line(1), line(2, { danger: "visitor", danger_at: 20 }), line(3), line(4, { danger: "operator", danger_at: 10 })];
    expect(mostUrgentFirst(lines).map(({ number }) => number)).toEqual([4, 2, 1, 3]);
  });

  test("is told of when it is said, when somebody sees to it, and when the visitor's page takes it back", () => {
    const calm = line(1);
    const said = line(1, { danger: "visitor", danger_at: 1 });
    const seen = line(1, { danger: "visitor", danger_at: 1, danger_seen_by: "supervisor1" });
    expect(dangerNews([calm], [said])).toContain("conversation 1, personne en danger");
    expect(dangerNews([], [said])).toContain("Alerte");
    expect(dangerNews([said], [said])).toBeNull();
    expect(dangerNews([said], [seen])).toContain("supervisor1 s’occupe");
    expect(dangerNews([seen], [calm])).toContain("Vérifiez que c’est bien elle");
    const own = line(1, { danger: "operator", danger_at: 1 });
    expect(dangerNews([own], [calm])).toBeNull();
  });

  test("is told of on vanishing, above all else, and on coming back, but not when somebody closes it", () => {
    const there = line(1, { danger: "visitor", danger_at: 1, visitor_connected: true });
    const gone = line(1, { danger: "visitor", danger_at: 1, missing_at: 2 });
    const closed = line(1, { danger: "visitor", danger_at: 1, visitor_connected: false });
    expect(dangerNews([there], [gone])).toContain("a disparu");
    expect(dangerNews([], [gone])).toContain("a disparu");
    expect(dangerNews([gone], [gone])).toBeNull();
    expect(dangerNews([gone], [there])).toContain("revenue");
    expect(dangerNews([gone], [closed])).toBeNull();
  });
});
