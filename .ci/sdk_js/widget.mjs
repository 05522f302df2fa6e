// A page in which the vendor's own SDK for customers holds a conversation. It has no setting for an address: it calls
// accounts.livechatinc.com, api.livechatinc.com and queue.livechatinc.com, for all of which the stand-in is the proxy.
import assert from "node:assert/strict";

import { receiver, until, within } from "./bench.mjs";
import { asked } from "./browser.mjs";

const { default: sdk } = await import("@livechat/customer-sdk");

const { REHEARSAL_URL, LIVECHAT_AGENT_TOKEN, LIVECHAT_CLIENT_ID, LIVECHAT_ORGANIZATION_ID } = process.env;
const AGENT = "agent@example.com";
const WEBHOOKS = ["incoming_chat", "incoming_event", "thread_properties_updated", "chat_deactivated"];
const PUSHES = [...WEBHOOKS, "incoming_typing_indicator", "connected", "disconnected", "customer_id", "user_data"];

process.on("unhandledRejection", (reason) => {
  console.error("the SDK leaves behind:", reason);
  process.exit(1);
});

/** What the bot calls. */
async function call(api, method, body = {}) {
  const response = await fetch(`${REHEARSAL_URL}/v3.6/${api}/action/${method}`, {
    method: "POST",
    headers: { authorization: `Bearer ${LIVECHAT_AGENT_TOKEN}`, "content-type": "application/json" },
    body: JSON.stringify(body),
  });
  const answer = await response.json();
  assert.equal(response.status, 200, `${method}: ${JSON.stringify(answer)}`);
  return answer;
}

/** Opens the page: the SDK, which connects by itself, and all that it tells. */
async function open() {
  const customer = sdk.init({ organizationId: LIVECHAT_ORGANIZATION_ID, clientId: LIVECHAT_CLIENT_ID, page: { url: "https://shop.example/cart", title: "Cart" } });
  const emitted = {};
  for (const event of PUSHES) customer.on(event, (payload) => (emitted[event] ??= []).push(payload));
  const hear = (event, wanted = () => true) => until(`${event} from the SDK`, () => emitted[event]?.find(wanted));
  const ask = (method, told) => within(`answer to ${method}`, customer[method](told));
  const { customer: welcome } = await hear("connected");
  assert.equal((await hear("customer_id")), welcome.id);
  return { customer, hear, ask, id: welcome.id };
}

const { received, url: hook, close } = await receiver();
for (const action of WEBHOOKS) {
  const webhook = { action, secret_key: "a-secret", url: hook, type: "license", owner_client_id: LIVECHAT_CLIENT_ID };
  await call("configuration", "register_webhook", webhook);
}
await call("configuration", "enable_license_webhooks", { owner_client_id: LIVECHAT_CLIENT_ID });

const { customer, hear, ask, id } = await open();
await ask("updateCustomer", { name: "Alice Cooper" });
assert.equal((await ask("getCustomer")).name, "Alice Cooper");
assert.deepEqual((await ask("listChats")).chatsSummary, []);

const message = (text) => ({ type: "message", text });
const started = await ask("startChat", { chat: { thread: { events: [message("Hi")] } }, continuous: true });
const { id: chat, thread } = started.chat;
assert.ok(thread.events.some(({ text }) => text === "Hi"), JSON.stringify(thread));
await assert.rejects(ask("sendEvent", { chatId: "NOCHAT", event: message("Hello?") }), { code: "NOT_FOUND" });

if (!(await call("agent", "get_chat", { chat_id: chat })).thread.user_ids.includes(AGENT)) {
  const joined = { chat_id: chat, user_id: AGENT, user_type: "agent", visibility: "all", ignore_requester_presence: true };
  await call("agent", "add_user_to_chat", joined);
}
await call("agent", "send_typing_indicator", { chat_id: chat, is_typing: true });
assert.equal((await hear("incoming_typing_indicator", ({ chatId }) => chatId === chat)).typingIndicator.isTyping, true);
const { event_id: answer } = await call("agent", "send_event", { chat_id: chat, event: { ...message("Yes?"), visibility: "all" } });
const heard = (await hear("incoming_event", ({ event }) => event.id === answer)).event;
assert.equal(heard.text, "Yes?");
const author = await hear("user_data", (user) => user.id === heard.authorId);
assert.ok(author.type === "agent" && !author.id.includes("@"), JSON.stringify(author));
await ask("markEventsAsSeen", { chatId: chat, seenUpTo: heard.createdAt });

// The SDK keeps its promise only when the push comes that belongs to the request.
const said = await ask("sendEvent", { chatId: chat, event: { ...message("A-1001"), customId: "c1" } });
assert.deepEqual([said.text, said.customId, said.authorId], ["A-1001", "c1", id]);
customer.setSneakPeek({ chatId: chat, sneakPeekText: "please hu" });
await ask("sendEvent", { chatId: chat, event: message("please hurry") });
const { threads } = await ask("listThreads", { chatId: chat });
const texts = threads[0].events.filter(({ type }) => type === "message").map(({ text }) => text);
assert.deepEqual(texts, ["Hi", "Yes?", "A-1001", "please hurry"]);

await ask("rateChat", { chatId: chat, rating: { score: 1, comment: "quick" } });
const rated = await hear("thread_properties_updated", ({ threadId }) => threadId === thread.id);
assert.deepEqual(rated.properties, { rating: { score: 1, comment: "quick" } });
await ask("cancelRate", { chatId: chat });
await ask("deactivateChat", { id: chat });
await hear("chat_deactivated", ({ chatId }) => chatId === chat);
const resumed = (await ask("resumeChat", { chat: { id: chat, thread: { events: [message("One more thing")] } }, continuous: true })).chat;
assert.equal(resumed.id, chat);
assert.notEqual(resumed.thread.id, thread.id);
const { value: history } = await within("history", customer.getChatHistory({ chatId: chat }).next());
assert.deepEqual(history.threads.map(({ id }) => id), [thread.id, resumed.thread.id]);
customer.destroy();

// The page again: once with the token it keeps, once where only the browser's cookies tell who this is.
const tokens = () => asked.filter(([, url]) => url.endsWith("/v2/customer/token")).length;
assert.equal(tokens(), 1);
const again = await open();
assert.deepEqual([again.id, tokens()], [id, 1]);
assert.equal((await again.ask("listChats")).chatsSummary[0].active, true);
again.customer.destroy();
window.localStorage.removeItem(`@@lc_auth_token:${LIVECHAT_ORGANIZATION_ID}`);
const known = await open();
assert.deepEqual([known.id, tokens()], [id, 2]);
await known.ask("deactivateChat", { id: chat });
known.customer.destroy();

// What it tells of chats that begin is nobody's business here, and must not disturb.
await until("beacon", () => asked.filter(([, url]) => url.startsWith("https://queue.livechatinc.com/logs?")).length === 2);
const sockets = asked.filter(([kind]) => kind === "WS").map(([, url, status]) => [new URL(url).origin, status]);
assert.deepEqual(sockets, Array(3).fill(["wss://api.livechatinc.com", 101]));

const about = ({ payload }) => payload.chat_id ?? payload.chat?.id;
assert.ok(received.every((body) => about(body) === chat), "a webhook is about another chat");
for (const wanted of WEBHOOKS) await until(`webhook ${wanted}`, () => received.find(({ action }) => action === wanted));
const ends = () => received.filter(({ action }) => action === "chat_deactivated").length;
await until("webhook of the second end", () => ends() === 2);
const told = () => received.filter(({ action }) => action === "incoming_event").map(({ payload }) => payload.event);
for (const text of ["Yes?", "A-1001", "please hurry"]) {
  await until(`webhook of “${text}”`, () => told().find((event) => event.text === text));
}
assert.equal(told().find(({ text }) => text === "A-1001").author_id, id);
close();
console.log(`customer-sdk is a customer at the vendor's own hosts: ${sockets.length} sockets, ${tokens()} tokens, ${received.length} webhooks`);
process.exit();
