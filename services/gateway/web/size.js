// What a visitor loads first must come through a bad network: HTML, styles and script, compressed, within 45 kB.
import { readFileSync } from "node:fs";
import { gzipSync } from "node:zlib";

const MOST = 45_000;
const dist = new URL("dist/", import.meta.url);
const html = readFileSync(new URL("index.html", dist), "utf8");
const named = [...html.matchAll(/<(?:script|link)[^>]+(?:src|href)="\/(assets\/[^"]+)"/g)].map((found) => found[1]);

let total = 0;
for (const name of ["index.html", ...named]) {
  const size = gzipSync(readFileSync(new URL(name, dist)), { level: 9 }).length;
  total += size;
  console.log(`${String(size).padStart(7)}  ${name}`);
}
console.log(`${String(total).padStart(7)}  first load, gzip bytes (at most ${MOST})`);
process.exitCode = total > MOST ? 1 : 0;
