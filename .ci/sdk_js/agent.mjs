// An agent by the vendor's own JavaScript SDK: the Configuration and the Agent Chat API over HTTP, and a socket with its pushes.
// Twice: at the address that the SDK is given by its own option, and, where it honours a proxy, at the vendor's own host.
import assert from "node:assert/strict";
import sdk from "@livechat/lc-sdk-js";

import { receiver, until } from "./bench.mjs";

const { Agent, Configuration } = sdk;
const { REHEARSAL_URL, REHEARSAL_PROXY, LIVECHAT_AGENT_TOKEN, LIVECHAT_CLIENT_ID, LIVECHAT_ORGANIZATION_ID } = process.env;
const ACTIONS = ["incoming_chat", "incoming_event", "thread_tagged", "chat_transferred", "chat_deactivated"];

const { received, url: hook, close } = await receiver();

/** An agent's conversation with itself. */
async function converse(version, options) {
  const token = () => ({ accessToken: LIVECHAT_AGENT_TOKEN, region: "dal", organizationID: LIVECHAT_ORGANIZATION_ID });
  const open = (Client, tokens = token) => Object.assign(new Client(LIVECHAT_CLIENT_ID, tokens, options), { version });
  const configuration = open(Configuration.Web);
  for (const action of ACTIONS) {
    await configuration.registerWebhook({ action, secret_key: "a-secret-of-the-sdk", url: hook, type: "license" }, LIVECHAT_CLIENT_ID);
  }
  await configuration.enableLicenseWebhooks(LIVECHAT_CLIENT_ID);
  assert.equal((await configuration.getLicenseWebhooksState(LIVECHAT_CLIENT_ID)).license_webhooks_enabled, true);
  await configuration.listLicenseProperties();

  const stranger = open(Agent.Web, () => ({ ...token(), accessToken: "dal:nobody" }));
  await assert.rejects(stranger.listChats(), { type: "authentication", message: "Invalid access token" });

  // Sockets know no proxy, so theirs is always the address they are given.
  const socket = Object.assign(new Agent.RTM({ apiUrl: new URL(REHEARSAL_URL).host }), { version });
  const pushed = {};
  for (const action of ACTIONS) socket.on(action, (payload) => (pushed[action] ??= []).push(payload));
  const push = (action, wanted) => until(`push ${action}`, () => pushed[action]?.find(wanted));
  await socket.connect();
  await assert.rejects(socket.login("Bearer dal:nobody"), (refused) => refused.error.type === "authentication");
  socket.socket.close();
  clearInterval(socket.heartbeatInterval);
  await socket.connect();
  const login = await socket.login(`Bearer ${LIVECHAT_AGENT_TOKEN}`);
  assert.equal(login.my_profile.id, "agent@example.com");
  assert.equal(login.license.organization_id ?? login.organization_id, LIVECHAT_ORGANIZATION_ID);

  const web = open(Agent.Web);
  const started = await web.startChat({ active: true, continuous: true });
  const { chat_id: chat, thread_id: thread } = started;
  assert.equal((await push("incoming_chat", ({ chat: { id } }) => id === chat)).chat.thread.id, thread);
  const message = (text) => ({ type: "message", text, visibility: "all" });
  const heard = await socket.sendEvent(chat, message("Hello"));
  assert.equal((await push("incoming_event", ({ event }) => event.id === heard.event_id)).event.text, "Hello");
  const said = await web.sendEvent(chat, message("And hello again"));
  await push("incoming_event", ({ event }) => event.id === said.event_id);
  await socket.tagThread(chat, thread, "refund");
  assert.equal((await push("thread_tagged", ({ thread_id }) => thread_id === thread)).tag, "refund");
  const listed = await web.listChats();
  assert.ok(listed.chats_summary.some(({ id }) => id === chat), JSON.stringify(listed));
  const target = { type: "agent", ids: ["agent2@example.com"] };
  await web.transferChat(chat, { target, ignore_agents_availability: true });
  const transferred = await push("chat_transferred", ({ chat_id }) => chat_id === chat);
  assert.deepEqual(transferred.transferred_to.agent_ids, ["agent2@example.com"]);
  await socket.deactivateChat(chat, true);
  await push("chat_deactivated", ({ chat_id }) => chat_id === chat);
  const resumed = await web.resumeChat({ chat: { id: chat } });
  assert.notEqual(resumed.thread_id, thread);
  await push("incoming_chat", ({ chat: { thread } }) => thread.id === resumed.thread_id);
  await web.deactivateChat(chat, true);
  assert.deepEqual((await web.getChat(chat, thread)).thread.tags, ["refund"]);
  await socket.logout();
  clearInterval(socket.heartbeatInterval);
  socket.socket.close();

  for (const action of ACTIONS) {
    const body = await until(`webhook ${action}`, () => received.find((body) => body.action === action));
    assert.equal(body.secret_key, "a-secret-of-the-sdk");
    assert.deepEqual(body.additional_data, {});
  }
  for (const { id } of await configuration.listWebhooks(LIVECHAT_CLIENT_ID)) {
    await configuration.unregisterWebhook(id, LIVECHAT_CLIENT_ID);
  }
  return received.splice(0).length;
}

for (const version of ["3.4", "3.5", "3.6"]) {
  const webhooks = await converse(version, { apiUrl: new URL(REHEARSAL_URL).host });
  console.log(`lc-sdk-js speaks ${version} over TLS: HTTP, a socket, and ${webhooks} webhooks`);
}
process.env.HTTPS_PROXY = REHEARSAL_PROXY;
console.log(`lc-sdk-js calls api.livechatinc.com through the proxy, and has ${await converse("3.6")} webhooks`);
close();
