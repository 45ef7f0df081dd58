import { expect, test } from "vitest";
import { browserOf } from "./traces";

const ANDROID = "Mozilla/5.0 (Linux; Android 14; SM-A546B) AppleWebKit/537.36 (KHTML, like Gecko)";
const IPHONE = "Mozilla/5.0 (iPhone; CPU iPhone OS 17_5 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko)";
const WINDOWS = "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko)";

test.each([
  [`${ANDROID} Chrome/126.0.0.0 Mobile Safari/537.36`, "Android"],
  [`${ANDROID} SamsungBrowser/25.0 Chrome/121.0.0.0 Mobile Safari/537.36`, "Samsung"],
  [`${ANDROID} Chrome/126.0.0.0 Mobile Safari/537.36 EdgA/126.0.0.0`, "Edge"],
  [`${IPHONE} Version/17.5 Mobile/15E148 Safari/604.1`, "Safari"],
  [`${IPHONE} CriOS/126.0.6478.54 Mobile/15E148 Safari/604.1`, null],
  [`${IPHONE} FxiOS/127.0 Mobile/15E148 Safari/605.1.15`, "Firefox"],
  ["Mozilla/5.0 (Android 14; Mobile; rv:127.0) Gecko/127.0 Firefox/127.0", "Firefox"],
  [`${WINDOWS} Chrome/126.0.0.0 Safari/537.36`, "Computer"],
  [`${WINDOWS} Chrome/126.0.0.0 Safari/537.36 Edg/126.0.0.0`, "Edge"],
  ["", null],
])("the right line is opened first: %s", (agent, browser) => {
  expect(browserOf(agent)).toBe(browser);
});
