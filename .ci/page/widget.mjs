// The vendor's own SDK for customers on a page of a shop, in a browser that keeps its own rules on cookies, origins and preflights.
// Nothing is touched: the browser takes the stand-in for its proxy.
import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";

import chromium from "@sparticuz/chromium";
import puppeteer from "puppeteer-core";

const { REHEARSAL_PROXY, REHEARSAL_URL, LIVECHAT_AGENT_TOKEN, LIVECHAT_CLIENT_ID, LIVECHAT_ORGANIZATION_ID } = process.env;
const SHOP = "https://shop.example/";
const PATIENCE = 10_000;
const sdk = await readFile("node_modules/@livechat/customer-sdk/dist/customer-sdk.min.js", "utf8");

const browser = await puppeteer.launch({
  executablePath: await chromium.executablePath(),
  args: [...chromium.args, `--proxy-server=${new URL(REHEARSAL_PROXY).host}`, "--ignore-certificate-errors"],
  headless: "shell",
});

/** What the agent's bot calls. */
async function call(method, body) {
  const response = await fetch(`${REHEARSAL_URL}/v3.6/agent/action/${method}`, {
    method: "POST",
    headers: { authorization: `Bearer ${LIVECHAT_AGENT_TOKEN}`, "content-type": "application/json" },
    body: JSON.stringify(body),
  });
  assert.equal(response.status, 200, `${method}: ${await response.clone().text()}`);
  return response.json();
}

try {
  const page = await browser.newPage();
  page.setDefaultTimeout(PATIENCE);
  const [said, hosts] = [[], new Set()];
  page.on("pageerror", (error) => said.push(String(error)));
  await page.setRequestInterception(true);
  page.on("request", (request) => {
    if (request.url() === SHOP) return request.respond({ contentType: "text/html", body: "<title>shop</title>" });
    hosts.add(new URL(request.url()).host);
    return request.continue();
  });

  /** Opens the shop, and says who the SDK says the customer is. */
  const open = async () => {
    await page.goto(SHOP);
    await page.addScriptTag({ content: sdk });
    await page.evaluate((organizationId, clientId) => {
      window.heard = [];
      window.customer = window.CustomerSDK.init({ organizationId, clientId });
      window.customer.on("connected", ({ customer }) => (window.me = customer.id));
      window.customer.on("incoming_event", ({ event }) => window.heard.push(event.text));
    }, LIVECHAT_ORGANIZATION_ID, LIVECHAT_CLIENT_ID);
    return (await page.waitForFunction(() => window.me)).jsonValue();
  };
  const me = await open();
  const chat = await page.evaluate(async () => {
    const events = [{ type: "message", text: "Hi" }];
    return (await window.customer.startChat({ chat: { thread: { events } } })).chat.id;
  });
  if (!(await call("get_chat", { chat_id: chat })).thread.user_ids.includes("agent@example.com")) {
    const joined = { chat_id: chat, user_id: "agent@example.com", user_type: "agent", visibility: "all", ignore_requester_presence: true };
    await call("add_user_to_chat", joined);
  }
  await call("send_event", { chat_id: chat, event: { type: "message", text: "Yes?", visibility: "all" } });
  await page.waitForFunction(() => window.heard.includes("Yes?"));
  // A file is the one thing that needs a preflight.
  const uploaded = await page.evaluate(async () => {
    const file = new File(["a receipt"], "receipt.txt", { type: "text/plain" });
    return (await window.customer.uploadFile({ file }).promise).url;
  });
  assert.match(uploaded, /^https?:\/\//);

  // Without the token that the page keeps, only the browser's cookies tell who this is.
  await page.evaluate(() => localStorage.clear());
  assert.equal(await open(), me, "somebody else comes back");
  assert.deepEqual(await page.evaluate(async () => (await window.customer.listChats()).chatsSummary.map(({ id }) => id)), [chat]);
  assert.deepEqual(said, [], "the page fails");
  const called = ["accounts.livechatinc.com", "api.livechatinc.com", "queue.livechatinc.com"];
  assert.deepEqual([...hosts].sort(), called);
  console.log(`customer-sdk holds a conversation in ${await browser.version()}, with ${called.join(", ")}`);
} finally {
  await browser.close();
}
