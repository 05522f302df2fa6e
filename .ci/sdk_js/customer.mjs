// A customer by the vendor's own JavaScript SDK, over HTTP and on a socket, whom an agent of the same SDK answers.
// Where the SDK honours a proxy, it also calls the vendor's own host.
import assert from "node:assert/strict";
import sdk from "@livechat/lc-sdk-js";

import { receiver, until, within } from "./bench.mjs";

const { Agent, Configuration, Customer } = sdk;
const { REHEARSAL_URL, REHEARSAL_PROXY, LIVECHAT_AGENT_TOKEN, LIVECHAT_CLIENT_ID, LIVECHAT_ORGANIZATION_ID } = process.env;
const AGENT = "agent@example.com";
const WEBHOOKS = ["incoming_chat", "incoming_event", "thread_properties_updated", "chat_deactivated"];
const PUSHES = [...WEBHOOKS, "incoming_typing_indicator", "customer_side_storage_updated", "customer_updated"];

const { received, url: hook, close } = await receiver();

/** A token, which is that of the same customer as before where the cookies say so. */
async function grant(cookies) {
  const response = await fetch(`${REHEARSAL_URL}/v2/customer/token`, {
    method: "POST",
    headers: cookies ? { cookie: cookies } : {},
    body: JSON.stringify({
      response_type: "token",
      grant_type: "cookie",
      client_id: LIVECHAT_CLIENT_ID,
      organization_id: LIVECHAT_ORGANIZATION_ID,
      redirect_uri: "https://shop.example/",
    }),
  });
  const token = await response.json();
  assert.equal(response.status, 200, `no token: ${JSON.stringify(token)}`);
  return { ...token, cookies: response.headers.getSetCookie().map((cookie) => cookie.split(";")[0]).join("; ") };
}

/** A customer's conversation with an agent. */
async function converse(version, options) {
  const region = { region: "dal", organizationID: LIVECHAT_ORGANIZATION_ID };
  const open = (Client, accessToken) => {
    const client = new Client(LIVECHAT_CLIENT_ID, () => ({ ...region, accessToken }), options);
    return Object.assign(client, { version });
  };
  const configuration = open(Configuration.Web, LIVECHAT_AGENT_TOKEN);
  for (const action of WEBHOOKS) {
    await configuration.registerWebhook({ action, secret_key: "a-secret", url: hook, type: "license" }, LIVECHAT_CLIENT_ID);
  }
  await configuration.enableLicenseWebhooks(LIVECHAT_CLIENT_ID);

  const granted = await grant();
  assert.equal((await grant(granted.cookies)).entity_id, granted.entity_id, "the cookies are not who the customer is");
  const [agent, web] = [open(Agent.Web, LIVECHAT_AGENT_TOKEN), open(Customer.Web, granted.access_token)];
  await assert.rejects(open(Customer.Web, "dal:nobody").listChats(), { type: "authentication", message: "Invalid access token" });

  // Sockets know no proxy, so theirs is always the address they are given.
  const socket = Object.assign(new Customer.RTM(LIVECHAT_ORGANIZATION_ID, { apiUrl: new URL(REHEARSAL_URL).host }), { version });
  const pushed = {};
  for (const action of PUSHES) socket.on(action, (payload) => (pushed[action] ??= []).push(payload));
  const push = (action, wanted = () => true) => until(`push ${action}`, () => pushed[action]?.find(wanted));
  // A request on it is never given up by itself.
  const ask = (method, ...told) => within(`answer to ${method}`, socket[method](...told));
  await within("connection", socket.connect());
  const login = await ask("login", { token: `Bearer ${granted.access_token}`, customer_page: { url: "https://shop.example/" } });
  assert.equal(login.customer.id, granted.entity_id);
  await push("customer_side_storage_updated");
  await ask("updateCustomer", { name: "Alice Cooper" });
  assert.equal((await push("customer_updated")).name, "Alice Cooper");

  const message = (text) => ({ type: "message", text });
  const started = await ask("startChat", { chat: { thread: { events: [message("Hi")] } }, continuous: true });
  const { chat_id: chat, thread_id: thread } = started;
  const begun = await push("incoming_chat", ({ chat: { id } }) => id === chat);
  assert.equal(begun.chat.thread.events.find(({ type }) => type === "message").text, "Hi");
  await assert.rejects(ask("sendEvent", "NOCHAT", message("Hello?")), ({ error }) => error.type === "not_found");

  if (!(await agent.getChat(chat)).thread.user_ids.includes(AGENT)) {
    await agent.addUserToChat({ chat_id: chat, user_id: AGENT, user_type: "agent", visibility: "all", ignore_requester_presence: true });
  }
  await agent.sendTypingIndicator(chat, true);
  assert.equal((await push("incoming_typing_indicator", ({ chat_id }) => chat_id === chat)).typing_indicator.is_typing, true);
  const { event_id: answer } = await agent.sendEvent(chat, { ...message("Yes?"), visibility: "all" });
  const heard = await push("incoming_event", ({ event }) => event.id === answer);
  assert.equal(heard.event.text, "Yes?");
  assert.ok(!heard.event.author_id.includes("@"), `a customer is told an address: ${heard.event.author_id}`);
  await ask("markEventsAsSeen", chat, heard.event.created_at);
  const { event_id: said } = await ask("sendEvent", chat, { ...message("A-1001"), custom_id: "c1" });
  assert.equal((await push("incoming_event", ({ event }) => event.id === said)).event.custom_id, "c1");
  const { event_id: more } = await web.sendEvent(chat, message("please hurry"));
  await push("incoming_event", ({ event }) => event.id === more);
  const [{ events }] = (await web.listThreads(chat)).threads;
  const texts = events.filter(({ type }) => type === "message").map(({ text }) => text);
  assert.deepEqual(texts, ["Hi", "Yes?", "A-1001", "please hurry"]);

  await ask("updateThreadProperties", chat, thread, { rating: { score: 1, comment: "quick" } });
  const rated = await push("thread_properties_updated", ({ thread_id }) => thread_id === thread);
  assert.deepEqual(rated.properties, { rating: { score: 1, comment: "quick" } });
  await ask("deactivateChat", chat);
  await push("chat_deactivated", ({ chat_id }) => chat_id === chat);
  assert.equal((await web.listChats()).chats_summary.find(({ id }) => id === chat).active, false);
  const resumed = await ask("resumeChat", { chat: { id: chat }, continuous: true });
  assert.notEqual(resumed.thread_id, thread);
  await push("incoming_chat", ({ chat: { thread } }) => thread.id === resumed.thread_id);
  await web.deactivateChat(chat);
  await push("chat_deactivated", ({ thread_id }) => thread_id === resumed.thread_id);
  clearInterval(socket.heartbeatInterval);
  socket.socket.close();

  const about = (body) => body.payload.chat_id ?? body.payload.chat?.id;
  for (const action of WEBHOOKS) {
    await until(`webhook ${action}`, () => received.find((body) => body.action === action && about(body) === chat));
  }
  const told = ({ payload }) => payload.event?.text;
  for (const text of ["Yes?", "A-1001", "please hurry"]) {
    await until(`webhook of “${text}”`, () => received.find((body) => about(body) === chat && told(body) === text));
  }
  for (const { id } of await configuration.listWebhooks(LIVECHAT_CLIENT_ID)) {
    await configuration.unregisterWebhook(id, LIVECHAT_CLIENT_ID);
  }
  return received.splice(0).length;
}

for (const version of ["3.4", "3.5", "3.6"]) {
  const webhooks = await converse(version, { apiUrl: new URL(REHEARSAL_URL).host });
  console.log(`lc-sdk-js is a customer by ${version} over TLS: HTTP, a socket, and ${webhooks} webhooks`);
}
process.env.HTTPS_PROXY = REHEARSAL_PROXY;
console.log(`lc-sdk-js is a customer at api.livechatinc.com through the proxy, and has ${await converse("3.6")} webhooks`);
close();
