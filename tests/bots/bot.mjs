// An example bot for imi.chat, LiveChat and Texter. Needs nothing but Node.js 18 or newer.
//
// It takes webhooks at /imichat, /livechat and /texter and answers through the vendors' APIs. It shows what a bot must get right: it
// verifies webhooks, does the work of a duplicate only once, goes on where a failed attempt stopped, renews its access token, handles
// one webhook per chat at a time, and is silent once a human has the chat. All of it is configured by the environment variables below.

import { createHmac, timingSafeEqual } from "node:crypto";
import { createServer } from "node:http";

const env = (name, fallback) => process.env[name] ?? fallback;
const API = env("REHEARSAL_URL", "http://127.0.0.1:4600").replace(/\/+$/, "");
const IMICHAT_API_KEY = env("IMICHAT_API_KEY", "imi-api-key");
const IMICHAT_DOMAIN = env("IMICHAT_DOMAIN", "acme.imi.chat");
const IMICHAT_WEBHOOK_KEY = env("IMICHAT_WEBHOOK_KEY", "s3cret"); // the value of the header x-bot-key
const IMICHAT_HANDOVER_TEAM = env("IMICHAT_HANDOVER_TEAM", "673"); // empty: back to the queue of its own team
const LIVECHAT_TOKEN = env("LIVECHAT_TOKEN", "dal:bot-token");
const LIVECHAT_SECRET_KEY = env("LIVECHAT_SECRET_KEY", "whsec_cmVoZWFyc2FsLXRlc3Qtc2VjcmV0LTAwMDE=");
const LIVECHAT_BOT_ID = env("LIVECHAT_BOT_ID", ""); // empty: any agent without an e-mail address is taken for the bot
const LIVECHAT_HANDOVER_GROUP = Number(env("LIVECHAT_HANDOVER_GROUP", "0"));
const TEXTER_TOKEN = env("TEXTER_TOKEN", "texter-token");
const TEXTER_SECRET = env("TEXTER_SECRET", ""); // empty: every webhook is believed, as Texter signs none by itself
const TEXTER_HANDOVER_DEPARTMENT = env("TEXTER_HANDOVER_DEPARTMENT", "support");

// What the bot says. A step is a pair: what to do, and with which text.

const MENU = "What would you like to do?";
const CHOICES = new Map([["track-order", "Track an order"], ["human", "Talk to a human"], ["nothing", "Nothing, thanks"]]);
const SORRY = [["say", "Sorry, I did not get that. Ask for the menu or a human."]];
const GOT_FILE = [["say", "Thanks, I got your file."]];

/** The steps that answer a text. */
function answer(text) {
  const has = (words) => text.match(new RegExp(`\\b(${words})\\b`, "i"));
  const number = has("[a-z]-\\d{3,}");
  if (number) return [["say", `Order ${number[0].toUpperCase()} is on its way.`]];
  if (has("human|agent|person")) return [["say", "I'll get a colleague."], ["hand over"]];
  if (has("orders?|where")) return [["say", "What is your order number?"]];
  if (has("menu|help|options?")) return [["offer", MENU]];
  if (has("bye|goodbye|thanks|thank you|that['’]s all")) return [["say", "Goodbye!"], ["close"]];
  return SORRY;
}

/** The steps that answer a chosen quick reply: those for its title. */
const choose = (payload, title) => answer(CHOICES.get(payload) ?? title);

/** The steps that open a chat: a greeting, and an answer if the customer has asked something we understand. */
const greet = (first) => [["say", "Hello! How can I help?"], ...(first === SORRY ? [] : first)];

// What the bot remembers of its chats.

const chats = new Map();

/** Does the steps a delivery asks for, each once, however often the delivery comes, and after all earlier ones in the same chat. */
function handle(chatId, thread, keys, news, steps, perform) {
  if (!chats.has(chatId)) chats.set(chatId, { left: new Map(), begun: new Set(), silent: new Set(), turn: Promise.resolve() });
  const chat = chats.get(chatId);
  const work = async () => {
    const known = keys.find((key) => chat.left.has(key));
    if (known !== undefined) steps = chat.left.get(known);
    else if (news === "opened") chat.silent.delete(thread);
    else if (news === "lost") chat.silent.add(thread);
    if (known === undefined && chat.silent.has(thread)) steps = [];
    else if (known === undefined && news === "wrote" && !chat.begun.has(thread)) { // the first words in a thread open it
      chat.begun.add(thread);
      steps = greet(steps);
    }
    for (;;) {
      for (const key of keys) chat.left.set(key, steps); // what is left to do, nothing if all is done
      if (steps.length === 0) return;
      const [what, text] = steps[0];
      try {
        await perform(what, text);
        if (what === "hand over" || what === "close") chat.silent.add(thread);
        steps = steps.slice(1);
      } catch (error) {
        if (!(error instanceof NotOurs)) throw error;
        chat.silent.add(thread);
        steps = [];
      }
    }
  };
  const turn = chat.turn.then(work);
  chat.turn = turn.catch(() => {}); // whoever awaits this turn hears of the failure; the next turn begins all the same
  return turn;
}

// The vendors' APIs.

/** The chat is closed, or somebody else has it. */
class NotOurs extends Error {}
/** The vendor could not or would not do it, so the webhook must come again. */
class Refused extends Error {}
/** The webhook is not shaped as documented. */
class Malformed extends Error {}

/** One call of the API, made up to three times while the vendor is in trouble. */
async function call(method, path, headers, body) {
  for (let tries = 1; ; tries += 1) {
    let response, text;
    try {
      const options = { method, headers: { "content-type": "application/json", ...headers }, signal: AbortSignal.timeout(5000) };
      response = await fetch(API + path, { ...options, body: body && JSON.stringify(body), redirect: "manual" });
      text = await response.text();
    } catch (error) {
      throw new Refused(`${method} ${path}: ${error.message}`);
    }
    if (response.status >= 500 && tries < 3) continue;
    try {
      return { response, reply: JSON.parse(text) ?? {} };
    } catch {
      return { response, reply: {} };
    }
  }
}

let token; // a promise, so that whoever comes while a token is being fetched waits for the same one

async function authorize() {
  const key = Buffer.from(`${IMICHAT_API_KEY}@${IMICHAT_DOMAIN}`).toString("base64");
  const { response } = await call("GET", "/v3.1/authorize", { authorization: key });
  const issued = response.headers.get("access_token");
  if (response.status === 200 && issued) return issued;
  throw new Refused(`authorize: ${response.status}`);
}

async function callImichat(method, path, body) {
  const attempt = async () => {
    const used = (token ??= authorize());
    const forget = () => { if (token === used) token = undefined; };
    const accessToken = await used.catch((error) => { forget(); throw error; });
    return { ...(await call(method, path, { access_token: accessToken }, body)), forget };
  };
  let result = await attempt();
  if ([2003, 2004].includes(result.reply.status_code)) { // never issued, or too old
    result.forget();
    result = await attempt();
  }
  const { response, reply } = result;
  if (response.status === 409) throw new NotOurs();
  if (!response.ok) throw new Refused(`${method} ${path}: ${response.status} ${JSON.stringify(reply)}`);
}

/** What does the steps in the chat that an event of imi.chat is about. */
function imichatSteps(event) {
  const change = `/v3.1/chats/${event.chat_id}`;
  const channel = (event.channel ?? "").toLowerCase();
  // Messages bear the time of the event they answer, so that a repeated run is the same to the byte.
  const [seconds, fraction = ""] = event.posted_on.replace(/Z$/, "").split(".");
  const timestamp = `${seconds}.${fraction.slice(0, 3).padEnd(3, "0")}Z`;
  const send = (message) => callImichat("POST", `${change}/messages`, { type: "outbound", ...message, timestamp });
  const say = (text) => send({ text, ...(["livechat", "whatsapp"].includes(channel) && { [`${channel}_sub_type`]: "text" }) });
  const options = [...CHOICES].map(([payload, title]) => ({ title, payload }));
  const quick_replies = { request_identifier: event.transaction_id, options };
  return async (what, text) => {
    if (what === "say") await say(text);
    else if (what === "offer" && channel !== "livechat") await say([text, ...CHOICES.values()].join("\n- ")); // only live chat has quick replies
    else if (what === "offer") await send({ livechat_sub_type: "quick_replies", quick_replies });
    else if (what === "close") await callImichat("PATCH", change, { status: "closed", outcome: "Resolved", tags: ["bot-handled"] });
    else if (IMICHAT_HANDOVER_TEAM === "") await callImichat("PATCH", change, { status: "queued" });
    else await callImichat("PATCH", `/v3.1/internal/chats/${event.chat_id}`, { transfer: { teamid: Number(IMICHAT_HANDOVER_TEAM) } });
  };
}

/** What does the steps in a thread of LiveChat. */
function livechatSteps(chat_id, thread_id) {
  const act = async (action, body) => {
    const headers = { authorization: `Bearer ${LIVECHAT_TOKEN}` };
    const { response, reply } = await call("POST", `/v3.6/agent/action/${action}`, headers, body);
    if (response.status === 200) return;
    if (["authorization", "chat_inactive", "missing_access"].includes(reply.error?.type)) throw new NotOurs();
    throw new Refused(`${action}: ${response.status} ${JSON.stringify(reply)}`);
  };
  const buttons = [...CHOICES].map(([postback_id, title]) => ({ type: "message", text: title, value: title, postback_id, user_ids: [] }));
  return async (what, text) => {
    const menu = { type: "rich_message", template_id: "quick_replies", elements: [{ title: text, buttons }] };
    const target = { type: "group", ids: [LIVECHAT_HANDOVER_GROUP] };
    if (what === "say") await act("send_event", { chat_id, event: { type: "message", text } });
    else if (what === "offer") await act("send_event", { chat_id, event: menu });
    else if (what === "hand over") await act("transfer_chat", { id: chat_id, target, ignore_agents_availability: true });
    else {
      await act("tag_thread", { chat_id, thread_id, tag: "bot-handled" });
      await act("deactivate_chat", { id: chat_id });
    }
  };
}

/** What does the steps in a chat of Texter. */
function texterSteps(chatId) {
  const post = async (path, body, ...known) => {
    const { response, reply } = await call("POST", `/server/api/v2${path}`, { authorization: `Bearer ${TEXTER_TOKEN}` }, body);
    if (response.ok || known.includes(response.status)) return;
    if (response.status === 404 && path === `/messages/send/${chatId}`) throw new NotOurs();
    if (response.status === 400 && reply.error === "Session window closed") throw new NotOurs(); // the customer was silent for a day
    throw new Refused(`${path}: ${response.status} ${JSON.stringify(reply)}`);
  };
  const buttons = [...CHOICES].map(([payload, title]) => ({ title, payload }));
  return async (what, text) => {
    if (what === "say") await post(`/messages/send/${chatId}`, { type: "text", text });
    else if (what === "offer") await post(`/messages/send/${chatId}`, { type: "buttons", text, buttons });
    else if (what === "hand over") await post("/chats/assign", { chatId, departmentId: TEXTER_HANDOVER_DEPARTMENT });
    else {
      await post("/labels", { id: "bot-handled", name: "bot-handled" }, 409); // 409: it is there already
      await post(`/chats/${chatId}/labels`, { add: ["bot-handled"] });
      await post(`/chats/${chatId}/resolve`);
    }
  };
}

// The webhooks. Each handler resolves to the status that the webhook is answered with.

const same = (given, expected) => {
  const [a, b] = [Buffer.from(String(given ?? "")), Buffer.from(expected)];
  return a.length === b.length && timingSafeEqual(a, b);
};

async function imichat(headers, body) {
  if (!same(headers["x-bot-key"], IMICHAT_WEBHOOK_KEY)) return 401;
  const read = () => {
    const event = JSON.parse(body);
    if (typeof event.chat_id !== "string") throw new Malformed();
    const news = { "chat.assigned": "opened", "message.received": "heard", "chat.closed": "lost" }[event.event_type];
    const message = event.payload?.messages?.at(-1);
    const chosen = message?.interactive_response ?? message?.wab_interactive_response;
    let steps = SORRY;
    if (chosen) steps = choose(chosen.postback, chosen.title);
    else if (message) steps = message.attachments?.length ? GOT_FILE : answer(message.text ?? "");
    return { event, news: news === "heard" && !message ? undefined : news, steps, perform: imichatSteps(event) };
  };
  const { event, news, steps, perform } = shaped(read);
  const keys = [event.transaction_id, headers["webhook-id"]].filter(Boolean);
  if (news) await handle(`imichat ${event.chat_id}`, "", keys, news, news === "opened" ? greet(steps) : steps, perform);
  return 200;
}

const isMe = (user) => (LIVECHAT_BOT_ID ? user.id === LIVECHAT_BOT_ID : user.type === "agent" && !user.id.includes("@"));

/** The steps that answer an event; nothing if it is not a customer's. Bots have 32 hex digits for ids, agents e-mail addresses. */
function answerEvent(event) {
  const author = event.author_id ?? "@";
  if (author.includes("@") || author === LIVECHAT_BOT_ID || /^[0-9a-f]{32}$/i.test(author)) return undefined;
  if (event.type === "file") return GOT_FILE;
  return event.type === "message" ? choose(event.postback?.id, event.text ?? "") : undefined;
}

/** What an action of LiveChat means to the bot: the thread it is about, by what a duplicate is known, what happened, what to do. */
const ACTIONS = {
  incoming_chat({ chat }) {
    const [chat_id, thread_id] = [chat.id, chat.thread.id];
    if (!chat.users.some(isMe)) return { chat_id, thread_id, news: "lost" };
    const first = (chat.thread.events ?? []).map(answerEvent).filter(Boolean).at(-1) ?? SORRY;
    return { chat_id, thread_id, keys: [`${chat_id}/${thread_id}`], news: "opened", steps: greet(first) };
  },
  user_added_to_chat({ chat_id, thread_id, user }) {
    return isMe(user) && { chat_id, thread_id, keys: [`${chat_id}/${thread_id}`], news: "opened", steps: greet(SORRY) };
  },
  incoming_event({ chat_id, thread_id, event }) {
    const steps = answerEvent(event);
    const choice = event.postback ? [`${event.postback.event_id}/${event.postback.id}`] : []; // may come as an event of its own, too
    return steps && { chat_id, thread_id, keys: [event.id, ...choice], news: "heard", steps };
  },
  incoming_rich_message_postback({ chat_id, thread_id, event_id, postback }) {
    return postback.toggled && { chat_id, thread_id, keys: [`${event_id}/${postback.id}`], news: "heard", steps: choose(postback.id, "") };
  },
  user_removed_from_chat({ chat_id, thread_id, user_id }) {
    return isMe({ id: user_id, type: "agent" }) && { chat_id, thread_id, news: "lost" };
  },
  chat_deactivated({ chat_id, thread_id }) {
    return { chat_id, thread_id, news: "lost" };
  },
};

async function livechat(headers, body) {
  if ("webhook-signature" in headers && !signed(headers, body, LIVECHAT_SECRET_KEY)) return 401;
  const webhook = shaped(() => JSON.parse(body));
  if (!same(webhook?.secret_key, LIVECHAT_SECRET_KEY)) return 401;
  const meaning = shaped(() => Object.hasOwn(ACTIONS, webhook.action) && ACTIONS[webhook.action](webhook.payload));
  if (!meaning || !meaning.thread_id) return 200;
  const { chat_id, thread_id, keys = [], news, steps = [] } = meaning;
  if (typeof chat_id !== "string") throw new Malformed();
  const known = [...keys, headers["webhook-id"]].filter(Boolean);
  await handle(`livechat ${chat_id}`, thread_id, known, news, steps, livechatSteps(chat_id, thread_id));
  return 200;
}

const LOST = ["chatPending", "chatAssigned", "chatResolved", "chatResolvedByAgent", "chatResolvedByBot"];

async function texter(headers, body) {
  if (TEXTER_SECRET !== "" && !signed(headers, body, TEXTER_SECRET)) return 401;
  const read = () => {
    const { eventName, eventData } = JSON.parse(body);
    if (!eventName || !eventData) throw new Malformed();
    if (eventName !== "newIncomingMessage" && !LOST.includes(eventName)) return undefined;
    const { chat, message } = eventData;
    if (!chat._id) throw new Malformed();
    const meaning = { chatId: chat._id, session: chat.botState?.id ?? "", keys: [], news: "lost", steps: [] };
    if (eventName !== "newIncomingMessage") return meaning;
    if (chat.status !== 0) return undefined; // a human has the chat, or will have it
    let steps = message.type === "media" ? GOT_FILE : answer(message.text ?? "");
    if (message.type === "postback") steps = choose(message.postback.payload, message.postback.title ?? "");
    // A chat goes on for ever, in one session of the vendor's bot after another.
    return { ...meaning, session: message.botSessionId ?? meaning.session, keys: [message._id], news: "wrote", steps };
  };
  const meaning = shaped(read);
  if (!meaning) return 200;
  const { chatId, session, keys, news, steps } = meaning;
  await handle(`texter ${chatId}`, session, [...keys, headers["webhook-id"]].filter(Boolean), news, steps, texterSteps(chatId));
  return 200;
}

/** Whether a webhook has a good Standard Webhooks signature. */
function signed(headers, body, secret) {
  const signatures = headers["webhook-signature"] ?? "";
  const [id, sent] = [headers["webhook-id"] ?? "", headers["webhook-timestamp"] ?? ""];
  if (!/^\d+$/.test(sent) || Math.abs(Date.now() / 1000 - Number(sent)) > 300) return false;
  const key = Buffer.from(secret.replace(/^whsec_/, ""), "base64");
  const expected = `v1,${createHmac("sha256", key).update(`${id}.${sent}.`).update(body).digest("base64")}`;
  return signatures.split(" ").some((entry) => same(entry, expected));
}

/** Reads something out of a webhook; if it is not shaped as documented, says so. */
function shaped(read) {
  try {
    return read();
  } catch {
    throw new Malformed();
  }
}

const server = createServer(async (request, response) => {
  const chunks = [];
  try {
    for await (const chunk of request) chunks.push(chunk);
  } catch {
    return; // the connection ended before the body did
  }
  const body = Buffer.concat(chunks);
  const desk = { "/imichat": imichat, "/livechat": livechat, "/texter": texter }[request.url];
  try {
    response.statusCode = desk && request.method === "POST" ? await desk(request.headers, body) : 404;
  } catch (error) {
    response.statusCode = error instanceof Malformed ? 400 : 500;
  }
  response.end();
});

server.listen(Number(env("PORT", "0")), "127.0.0.1", () => console.log(`listening on http://127.0.0.1:${server.address().port}`));
