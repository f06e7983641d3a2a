#!/usr/bin/env bash
# Chromium does not play an audio file that is opened by itself under `Content-Security-Policy: sandbox`.
#
# It makes a page with a player around the file, and the policy of the file becomes that of the page. Under `sandbox` the
# page has an opaque origin; its player asks for the file anew and takes nothing of the answer: no length, no sound, no
# error, whatever the user presses. `sandbox allow-scripts` changes nothing. Under `sandbox allow-same-origin`, with which
# no script runs either, the file is loaded and plays once the user presses play; without the policy it plays at once.
#
# Seen with Chromium 153 of the npm package @sparticuz/chromium 153.0.0 and with Chromium 156.0.8078.108 of Debian 12, of
# WAV and of MP3.
# Source of the policy: https://html.spec.whatwg.org/multipage/browsers.html#sandboxing, the sandboxed origin browsing
# context flag. The player's request is one of mode `cors` (`Sec-Fetch-Mode`), with the policy and without.
set -euo pipefail

folder="$(mktemp -d)"
trap 'rm -rf "$folder"' EXIT
export TMPDIR="$folder"
cd "$folder"
npm install --silent --no-audit --no-fund @sparticuz/chromium@153.0.0
cat >try.mjs <<'JAVASCRIPT'
import { spawn } from "node:child_process";
import { once } from "node:events";
import { createServer } from "node:http";
import { setTimeout as sleep } from "node:timers/promises";
import chromium from "@sparticuz/chromium";

const EXPECTED = { "": true, sandbox: false, "sandbox allow-scripts": false, "sandbox allow-same-origin": true };
const RATE = 8000;
const SECONDS = 10;

function tone() {
  const data = Buffer.alloc(2 * RATE * SECONDS);
  for (let n = 0; n < RATE * SECONDS; n++) data.writeInt16LE(Math.round(8000 * Math.sin(n / 3)), 2 * n);
  const head = Buffer.alloc(44);
  head.write("RIFF", 0), head.writeUInt32LE(36 + data.length, 4), head.write("WAVEfmt ", 8), head.writeUInt32LE(16, 16);
  head.writeUInt16LE(1, 20), head.writeUInt16LE(1, 22), head.writeUInt32LE(RATE, 24), head.writeUInt32LE(2 * RATE, 28);
  head.writeUInt16LE(2, 32), head.writeUInt16LE(16, 34), head.write("data", 36), head.writeUInt32LE(data.length, 40);
  return Buffer.concat([head, data]);
}

const file = tone();
const server = createServer((request, response) => {
  const [, from, to] = /^bytes=(\d+)-(\d*)$/.exec(request.headers.range ?? "") ?? [];
  const [start, end] = [Number(from ?? 0), Math.min(file.length - 1, to ? Number(to) : file.length)];
  const policy = decodeURIComponent(request.url.slice(1));
  if (policy) response.setHeader("Content-Security-Policy", policy);
  if (from) response.setHeader("Content-Range", `bytes ${start}-${end}/${file.length}`);
  response.writeHead(from ? 206 : 200, {
    "Content-Type": "audio/wav",
    "Accept-Ranges": "bytes",
    "Content-Length": end - start + 1,
  });
  response.end(file.subarray(start, end + 1));
});
server.listen(0, "127.0.0.1");
await once(server, "listening");

const options = ["--headless", "--no-sandbox", "--disable-gpu", "--no-zygote", "--remote-debugging-pipe"];
options.push("--autoplay-policy=no-user-gesture-required", `--user-data-dir=${process.env.TMPDIR}/profile`, "about:blank");
const browser = spawn(await chromium.executablePath(), options, { stdio: ["ignore", "ignore", "ignore", "pipe", "pipe"] });
let received = "";
let number = 0;
const waiting = new Map();
browser.stdio[4].on("data", (data) => {
  const messages = (received + data).split("\0");
  received = messages.pop();
  for (const message of messages.map((text) => JSON.parse(text))) waiting.get(message.id)?.(message.result);
});
function call(method, params = {}, sessionId = undefined) {
  browser.stdio[3].write(JSON.stringify({ id: ++number, method, params, sessionId }) + "\0");
  return new Promise((resolve) => waiting.set(number, resolve));
}

async function isLoaded(policy) {
  const { targetId } = await call("Target.createTarget", { url: "about:blank" });
  const { sessionId } = await call("Target.attachToTarget", { targetId, flatten: true });
  const url = `http://127.0.0.1:${server.address().port}/${encodeURIComponent(policy)}`;
  await call("Page.navigate", { url }, sessionId);
  const expression = "document.querySelector('video, audio')?.readyState ?? -1";
  for (let tries = 0; tries < 20; tries++) {
    const { result } = await call("Runtime.evaluate", { expression }, sessionId);
    if (result.value === 4) return true;
    await sleep(500);
  }
  return false;
}

const changed = [];
console.log((await call("Browser.getVersion")).product);
for (const [policy, expected] of Object.entries(EXPECTED)) {
  const found = await isLoaded(policy);
  console.log(`${policy || "no policy"}: ${found ? "loaded" : "not loaded within 10 s"}`);
  if (found !== expected) changed.push(policy || "no policy");
}
browser.kill();
await once(browser, "exit");
server.close();
if (changed.length) console.error(`this has changed: ${changed.join(", ")}`);
process.exit(changed.length ? 1 : 0);
JAVASCRIPT
node try.mjs
