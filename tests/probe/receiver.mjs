// A receiver of Texter's webhooks, right or with one bug: `receiver.mjs [--bug NAME]`. Needs only Node.
//
// It verifies Standard Webhooks signatures with WEBHOOK_SECRET, answers each message of a contact once through the API at REHEARSAL_URL,
// and prints where it listens. With `--bugs` it prints the names of the bugs.

import { createHmac, timingSafeEqual } from "node:crypto";
import { createServer } from "node:http";

const BUGS = [
  "no signature check", "compares a prefix", "accepts stale", "verifies what it parsed", "acts twice", "races", "dies of half a body",
  "crashes on null", "crashes on BOM", "500 on unknown event", "accepts GET", "hangs on HEAD", "hangs on slow bodies", "slow",
];
const [flag, name] = process.argv.slice(2);
if (flag === "--bugs") {
  console.log(BUGS.join("\n"));
  process.exit();
}
const BUG = flag === "--bug" ? name : undefined;
const API = process.env.REHEARSAL_URL;
const KEY = Buffer.from(process.env.WEBHOOK_SECRET.replace(/^whsec_/, ""), "base64");

/** What was done or is being done about each event. */
const work = new Map();

async function say(chat) {
  const headers = { "content-type": "application/json", authorization: "Bearer texter-token" };
  const body = JSON.stringify({ type: "text", text: "Hello" });
  await (await fetch(`${API}/server/api/v2/messages/send/${chat}`, { method: "POST", headers, body })).text();
}

function trusted(headers, body) {
  if (BUG === "no signature check") return true;
  const { "webhook-id": id = "", "webhook-timestamp": sent = "", "webhook-signature": given = "" } = headers;
  const age = Date.now() / 1000 - Number(sent);
  if (!/^\d+$/.test(sent) || age < -300 || (age > 300 && BUG !== "accepts stale")) return false;
  const signed = BUG === "verifies what it parsed" ? JSON.stringify(JSON.parse(body)) : body;
  const expected = `v1,${createHmac("sha256", KEY).update(`${id}.${sent}.`).update(signed).digest("base64")}`;
  if (BUG === "compares a prefix") return given.length > 3 && expected.startsWith(given);
  const same = (entry) => entry.length === expected.length && timingSafeEqual(Buffer.from(entry), Buffer.from(expected));
  return given.split(" ").some(same);
}

/** What a webhook is answered with. */
async function take(headers, body) {
  if (!trusted(headers, body)) return 401;
  if (BUG === "crashes on BOM") body = JSON.stringify(JSON.parse(body));
  let webhook;
  try {
    webhook = JSON.parse(body);
  } catch {
    return 400;
  }
  if (BUG === "crashes on null") webhook.eventName;
  const { eventName, eventData } = webhook ?? {};
  if (typeof eventName !== "string") return 400;
  if (eventName !== "newIncomingMessage") return BUG === "500 on unknown event" ? 500 : 200;
  const chat = eventData?.chat?._id;
  if (typeof chat !== "string" || typeof eventData.message !== "object") return 400;
  const id = headers["webhook-id"];
  if (BUG === "races") {
    if (!work.has(id)) {
      await new Promise((resolve) => setTimeout(resolve, 50));
      await say(chat);
    }
    work.set(id, true);
  } else if (BUG === "acts twice") {
    await say(chat);
  } else {
    if (!work.has(id)) work.set(id, say(chat));
    await work.get(id);
  }
  return 200;
}

const server = createServer(async (request, response) => {
  if (request.method === "HEAD" && BUG === "hangs on HEAD") return;
  const chunks = [];
  if (BUG === "dies of half a body") {
    for await (const chunk of request) chunks.push(chunk);
  } else {
    try {
      for await (const chunk of request) chunks.push(chunk);
    } catch {
      return;
    }
  }
  if (BUG === "hangs on slow bodies" && chunks.length > 4) return;
  if (BUG === "slow") await new Promise((resolve) => setTimeout(resolve, 1200));
  const allowed = request.method === "POST" || (request.method === "GET" && BUG === "accepts GET");
  try {
    response.statusCode = allowed ? await take(request.headers, Buffer.concat(chunks)) : 405;
  } catch {
    response.statusCode = 500;
  }
  response.end();
});
server.listen(0, "127.0.0.1", () => console.log(`listening on http://127.0.0.1:${server.address().port}`));
