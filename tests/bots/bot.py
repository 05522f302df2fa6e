"""An example bot for imi.chat, LiveChat and Texter. Needs nothing but Python 3.10 or newer.

It takes webhooks at /imichat, /livechat and /texter and answers through the vendors' APIs. It shows what a bot must get right: it
verifies webhooks, does the work of a duplicate only once, goes on where a failed attempt stopped, renews its access token, handles
one webhook per chat at a time, and is silent once a human has the chat. All of it is configured by the environment variables below.
"""

import base64
import hashlib
import hmac
import http.client
import json
import os
import re
import threading
import time
import urllib.parse
from collections import defaultdict
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

API = urllib.parse.urlsplit(os.environ.get("REHEARSAL_URL", "http://127.0.0.1:4600"))
IMICHAT_API_KEY = os.environ.get("IMICHAT_API_KEY", "imi-api-key")
IMICHAT_DOMAIN = os.environ.get("IMICHAT_DOMAIN", "acme.imi.chat")
IMICHAT_WEBHOOK_KEY = os.environ.get("IMICHAT_WEBHOOK_KEY", "s3cret")  # the value of the header x-bot-key
IMICHAT_HANDOVER_TEAM = os.environ.get("IMICHAT_HANDOVER_TEAM", "673")  # empty: back to the queue of its own team
LIVECHAT_TOKEN = os.environ.get("LIVECHAT_TOKEN", "dal:bot-token")
LIVECHAT_SECRET_KEY = os.environ.get("LIVECHAT_SECRET_KEY", "whsec_cmVoZWFyc2FsLXRlc3Qtc2VjcmV0LTAwMDE=")
LIVECHAT_BOT_ID = os.environ.get("LIVECHAT_BOT_ID", "")  # empty: any agent without an e-mail address is taken for the bot
LIVECHAT_HANDOVER_GROUP = int(os.environ.get("LIVECHAT_HANDOVER_GROUP", "0"))
TEXTER_TOKEN = os.environ.get("TEXTER_TOKEN", "texter-token")
TEXTER_SECRET = os.environ.get("TEXTER_SECRET", "")  # empty: every webhook is believed, as Texter signs none by itself
TEXTER_HANDOVER_DEPARTMENT = os.environ.get("TEXTER_HANDOVER_DEPARTMENT", "support")

# What the bot says. A step is a pair: what to do, and with which text.

MENU = "What would you like to do?"
CHOICES = {"track-order": "Track an order", "human": "Talk to a human", "nothing": "Nothing, thanks"}
HELLO = ("say", "Hello! How can I help?")
SORRY = [("say", "Sorry, I did not get that. Ask for the menu or a human.")]
GOT_FILE = [("say", "Thanks, I got your file.")]


def answer(text):
    """The steps that answer a text."""

    def has(pattern):
        return re.search(rf"\b({pattern})\b", text, re.I)

    if number := has(r"[a-z]-\d{3,}"):
        return [("say", f"Order {number[0].upper()} is on its way.")]
    if has("human|agent|person"):
        return [("say", "I'll get a colleague."), ("hand over", "")]
    if has("orders?|where"):
        return [("say", "What is your order number?")]
    if has("menu|help|options?"):
        return [("offer", MENU)]
    if has("bye|goodbye|thanks|thank you|that['’]s all"):
        return [("say", "Goodbye!"), ("close", "")]
    return SORRY


def choose(payload, title):
    """The steps that answer a chosen quick reply: those for its title."""
    return answer(CHOICES.get(payload, title))


def greet(first):
    """The steps that open a chat: a greeting, and an answer if the customer has asked something we understand."""
    return [HELLO] + (first if first != SORRY else [])


# What the bot remembers of a chat.


class Chat:
    def __init__(self):
        self.lock = threading.Lock()
        self.left = {}  # delivery -> the steps that are left to do, none if all are done
        self.begun = set()  # the threads that began with a customer's words
        self.silent = set()  # the threads in which the bot has nothing more to say

    def handle(self, thread, keys, news, steps, do):
        """Does the steps a delivery asks for, each once, however often the delivery comes."""
        with self.lock:
            known = next((self.left[key] for key in keys if key in self.left), None)
            if known is not None:
                steps = known
            elif news == "opened":
                self.silent.discard(thread)
            elif news == "lost":
                self.silent.add(thread)
            if known is None and thread in self.silent:
                steps = []
            elif known is None and news == "wrote" and thread not in self.begun:  # the first words in a thread open it
                self.begun.add(thread)
                steps = greet(steps)
            steps = list(steps)
            while True:
                self.left.update((key, list(steps)) for key in keys)
                if not steps:
                    return
                try:
                    do(*steps[0])
                except NotOurs:
                    self.silent.add(thread)
                    steps = []
                    continue
                if steps.pop(0)[0] in ("hand over", "close"):
                    self.silent.add(thread)


CHATS = defaultdict(Chat)
CHATS_LOCK = threading.Lock()


def chat(vendor, chat_id):
    with CHATS_LOCK:
        return CHATS[vendor, chat_id]


# The vendors' APIs.


class NotOurs(Exception):
    """The chat is closed, or somebody else has it."""


def id_of_chat(value):
    """The id of a chat, which must be a text."""
    if not isinstance(value, str):
        raise TypeError("there is no chat")
    return value


class Refused(Exception):
    """The vendor could not or would not do it, so the webhook must come again."""


def call(method, path, headers, body=None):
    """One call of the API, made up to three times while the vendor is in trouble."""
    for _ in range(3):
        connection = http.client.HTTPConnection(API.hostname, API.port, timeout=5)
        try:
            data = None if body is None else json.dumps(body)
            connection.request(method, path, data, {"Content-Type": "application/json", **headers})
            response = connection.getresponse()
            text = response.read()
        except (OSError, http.client.HTTPException) as error:
            raise Refused(f"{method} {path}: {error}") from error
        finally:
            connection.close()
        if response.status < 500:
            break
    try:
        return response, json.loads(text)
    except ValueError:
        return response, {}


class Imichat:
    token = None
    token_lock = threading.Lock()

    def __init__(self, event):
        self.chat, self.channel = id_of_chat(event["chat_id"]), event.get("channel", "").lower()
        # Messages bear the time of the event they answer, so that a repeated run is the same to the byte.
        seconds, _, fraction = event["posted_on"].rstrip("Z").partition(".")
        self.time = f"{seconds}.{fraction:0<3.3}Z"
        self.request = event.get("transaction_id", "")

    @classmethod
    def authorize(cls, stale=None):
        """The current access token, or a new one if the current one is stale."""
        with cls.token_lock:
            if cls.token in (None, stale):
                key = base64.b64encode(f"{IMICHAT_API_KEY}@{IMICHAT_DOMAIN}".encode()).decode()
                response, _ = call("GET", "/v3.1/authorize", {"Authorization": key})
                cls.token = response.getheader("access_token")
                if response.status != 200 or not cls.token:
                    cls.token = None
                    raise Refused(f"authorize: {response.status}")
            return cls.token

    def call(self, method, path, body):
        token = self.authorize()
        response, reply = call(method, path, {"access_token": token}, body)
        if reply.get("status_code") in (2003, 2004):  # never issued, or too old
            response, reply = call(method, path, {"access_token": self.authorize(stale=token)}, body)
        if response.status == 409:
            raise NotOurs
        if not 200 <= response.status < 300:
            raise Refused(f"{method} {path}: {response.status} {reply}")

    def do(self, what, text):
        messages, change = f"/v3.1/chats/{self.chat}/messages", f"/v3.1/chats/{self.chat}"
        if what == "offer" and self.channel == "livechat":
            options = [{"title": title, "payload": payload} for payload, title in CHOICES.items()]
            quick_replies = {"request_identifier": self.request, "options": options}
            message = {"type": "outbound", "livechat_sub_type": "quick_replies", "quick_replies": quick_replies}
            self.call("POST", messages, {**message, "timestamp": self.time})
        elif what in ("say", "offer"):
            if what == "offer":  # only live chat has quick replies
                text = "\n- ".join([text, *CHOICES.values()])
            message = {"type": "outbound", "text": text, "timestamp": self.time}
            if self.channel in ("livechat", "whatsapp"):
                message[f"{self.channel}_sub_type"] = "text"
            self.call("POST", messages, message)
        elif what == "hand over" and IMICHAT_HANDOVER_TEAM:
            transfer = {"transfer": {"teamid": int(IMICHAT_HANDOVER_TEAM)}}
            self.call("PATCH", f"/v3.1/internal/chats/{self.chat}", transfer)
        elif what == "hand over":
            self.call("PATCH", change, {"status": "queued"})
        elif what == "close":
            self.call("PATCH", change, {"status": "closed", "outcome": "Resolved", "tags": ["bot-handled"]})


def imichat(headers, body):
    """Handles a webhook of imi.chat; returns the status it is answered with."""
    if not hmac.compare_digest(headers.get("x-bot-key", "").encode(), IMICHAT_WEBHOOK_KEY.encode()):
        return 401
    event = json.loads(body)
    dialogue = Imichat(event)
    news = {"chat.assigned": "opened", "message.received": "heard", "chat.closed": "lost"}.get(event["event_type"])
    messages = event.get("payload", {}).get("messages") or []
    if not news or (news == "heard" and not messages):
        return 200
    first = SORRY
    for message in messages[-1:]:
        chosen = message.get("interactive_response") or message.get("wab_interactive_response")
        if chosen:
            first = choose(chosen.get("postback"), chosen["title"])
        else:
            first = GOT_FILE if message.get("attachments") else answer(message.get("text", ""))
    steps = {"opened": greet(first), "heard": first, "lost": []}[news]
    keys = [key for key in (event.get("transaction_id"), headers.get("webhook-id")) if key]
    chat("imichat", dialogue.chat).handle("", keys, news, steps, dialogue.do)
    return 200


class Livechat:
    def __init__(self, chat_id, thread_id):
        self.chat, self.thread = chat_id, thread_id

    def call(self, action, body):
        headers = {"Authorization": f"Bearer {LIVECHAT_TOKEN}"}
        response, reply = call("POST", f"/v3.6/agent/action/{action}", headers, body)
        if response.status != 200:
            if reply.get("error", {}).get("type") in ("authorization", "chat_inactive", "missing_access"):
                raise NotOurs
            raise Refused(f"{action}: {response.status} {reply}")

    def do(self, what, text):
        if what == "say":
            self.call("send_event", {"chat_id": self.chat, "event": {"type": "message", "text": text}})
        elif what == "offer":
            buttons = [
                {"type": "message", "text": title, "value": title, "postback_id": payload, "user_ids": []}
                for payload, title in CHOICES.items()
            ]
            elements = [{"title": text, "buttons": buttons}]
            event = {"type": "rich_message", "template_id": "quick_replies", "elements": elements}
            self.call("send_event", {"chat_id": self.chat, "event": event})
        elif what == "hand over":
            target = {"type": "group", "ids": [LIVECHAT_HANDOVER_GROUP]}
            self.call("transfer_chat", {"id": self.chat, "target": target, "ignore_agents_availability": True})
        elif what == "close":
            self.call("tag_thread", {"chat_id": self.chat, "thread_id": self.thread, "tag": "bot-handled"})
            self.call("deactivate_chat", {"id": self.chat})


def is_me(user):
    if LIVECHAT_BOT_ID:
        return user["id"] == LIVECHAT_BOT_ID
    return user["type"] == "agent" and "@" not in user["id"]


def answer_event(event):
    """The steps that answer an event; nothing if it is not a customer's. Bots have 32 hex digits for ids, agents e-mail addresses."""
    author = event.get("author_id") or "@"
    if "@" in author or author == LIVECHAT_BOT_ID or re.fullmatch("[0-9a-fA-F]{32}", author):
        return None
    if event["type"] == "file":
        return GOT_FILE
    if event["type"] != "message":
        return None
    return choose((event.get("postback") or {}).get("id"), event.get("text", ""))


def meaning(action, payload):
    """What a webhook means: its thread, by what a duplicate is known, what happened and what to do; nothing if it means nothing."""
    match action:
        case "incoming_chat":
            chat_id, thread = payload["chat"]["id"], payload["chat"]["thread"]
            if not any(is_me(user) for user in payload["chat"]["users"]):
                return chat_id, thread["id"], [], "lost", []
            said = [steps for steps in map(answer_event, thread.get("events", [])) if steps]
            return chat_id, thread["id"], [f"{chat_id}/{thread['id']}"], "opened", greet(said[-1] if said else SORRY)
        case "incoming_event":
            event, choice = payload["event"], payload["event"].get("postback")
            keys = [event["id"]] + ([f"{choice['event_id']}/{choice['id']}"] if choice else [])
            steps = answer_event(event)
            return steps and (payload["chat_id"], payload["thread_id"], keys, "heard", steps)
        case "incoming_rich_message_postback" if payload["postback"]["toggled"]:  # a choice may come as a message, too
            button = payload["postback"]["id"]
            keys = [f"{payload['event_id']}/{button}"]
            return payload["chat_id"], payload["thread_id"], keys, "heard", choose(button, "")
        case "user_added_to_chat" if is_me(payload["user"]):
            chat_id, thread = payload["chat_id"], payload.get("thread_id")
            return thread and (chat_id, thread, [f"{chat_id}/{thread}"], "opened", greet(SORRY))
        case "user_removed_from_chat" if is_me({"id": payload["user_id"], "type": "agent"}):
            thread = payload.get("thread_id")
            return thread and (payload["chat_id"], thread, [], "lost", [])
        case "chat_deactivated":
            return payload["chat_id"], payload["thread_id"], [], "lost", []
    return None


def livechat(headers, body):
    """Handles a webhook of LiveChat; returns the status it is answered with."""
    if "webhook-signature" in headers and not signed(headers, body, LIVECHAT_SECRET_KEY):
        return 401
    webhook = json.loads(body)
    if not hmac.compare_digest(webhook.get("secret_key", "").encode(), LIVECHAT_SECRET_KEY.encode()):
        return 401
    if known := meaning(webhook["action"], webhook["payload"]):
        chat_id, thread, keys, news, steps = known
        id_of_chat(chat_id)
        keys += [headers["webhook-id"]] if "webhook-id" in headers else []
        chat("livechat", chat_id).handle(thread, keys, news, steps, Livechat(chat_id, thread).do)
    return 200


class Texter:
    def __init__(self, chat_id):
        self.chat = chat_id

    def post(self, path, body=None, known=()):
        """One call; a refusal with a status in `known` is as good as a success."""
        response, reply = call("POST", f"/server/api/v2{path}", {"Authorization": f"Bearer {TEXTER_TOKEN}"}, body)
        if not 200 <= response.status < 300 and response.status not in known:
            if response.status == 404 and path == f"/messages/send/{self.chat}":
                raise NotOurs
            if response.status == 400 and reply.get("error") == "Session window closed":  # the customer was silent for a day
                raise NotOurs
            raise Refused(f"{path}: {response.status} {reply}")

    def do(self, what, text):
        if what == "say":
            self.post(f"/messages/send/{self.chat}", {"type": "text", "text": text})
        elif what == "offer":
            buttons = [{"title": title, "payload": payload} for payload, title in CHOICES.items()]
            self.post(f"/messages/send/{self.chat}", {"type": "buttons", "text": text, "buttons": buttons})
        elif what == "hand over":
            self.post("/chats/assign", {"chatId": self.chat, "departmentId": TEXTER_HANDOVER_DEPARTMENT})
        elif what == "close":
            self.post("/labels", {"id": "bot-handled", "name": "bot-handled"}, known=(409,))  # 409: it is there already
            self.post(f"/chats/{self.chat}/labels", {"add": ["bot-handled"]})
            self.post(f"/chats/{self.chat}/resolve")


def texter(headers, body):
    """Handles a webhook of Texter; returns the status it is answered with."""
    if TEXTER_SECRET and not signed(headers, body, TEXTER_SECRET):
        return 401
    webhook = json.loads(body)
    name, data = webhook["eventName"], webhook["eventData"]
    if name == "newIncomingMessage":
        message, news = data["message"], "wrote"
        if data["chat"]["status"] != 0:  # a human has the chat, or will have it
            return 200
        keys, thread = [message["_id"]], message.get("botSessionId")
        if message["type"] == "postback":
            steps = choose(message["postback"]["payload"], message["postback"].get("title", ""))
        else:
            steps = GOT_FILE if message["type"] == "media" else answer(message.get("text", ""))
    elif name in ("chatPending", "chatAssigned", "chatResolved", "chatResolvedByAgent", "chatResolvedByBot"):
        keys, thread, news, steps = [], None, "lost", []
    else:
        return 200
    # A chat goes on for ever, in one session of the vendor's bot after another.
    thread = thread or (data["chat"].get("botState") or {}).get("id", "")
    keys += [headers["webhook-id"]] if "webhook-id" in headers else []
    chat("texter", data["chat"]["_id"]).handle(thread, keys, news, steps, Texter(data["chat"]["_id"]).do)
    return 200


def signed(headers, body, secret):
    """Whether a webhook has a good Standard Webhooks signature."""
    message_id, sent = headers.get("webhook-id", ""), headers.get("webhook-timestamp", "")
    if not sent.isdecimal() or abs(time.time() - int(sent)) > 300:
        return False
    try:
        key = base64.b64decode(secret.removeprefix("whsec_"), validate=True)
    except ValueError:
        key = secret.encode()
    digest = hmac.digest(key, f"{message_id}.{sent}.".encode() + body, hashlib.sha256)
    expected = b"v1," + base64.b64encode(digest)
    return any(hmac.compare_digest(entry.encode(), expected) for entry in headers.get("webhook-signature", "").split())


class Webhooks(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def do_POST(self):
        body = self.read_body()
        if body is None:  # the connection ended too soon, or what it carried is no HTTP
            self.close_connection = True
            return
        handle = {"/imichat": imichat, "/livechat": livechat, "/texter": texter}.get(self.path)
        try:
            status = handle(self.headers, body) if handle else 404
        except Refused:
            status = 500
        except (ValueError, KeyError, TypeError, AttributeError, RecursionError):  # not shaped as documented
            status = 400
        self.send_response(status)
        self.send_header("Content-Length", "0")
        self.end_headers()

    def read_body(self):
        """The body, by its length or chunk by chunk; nothing if there is not all of it."""
        try:
            if self.headers.get("Transfer-Encoding", "").lower() != "chunked":
                length = int(self.headers.get("Content-Length", 0))
                body = self.rfile.read(length)
                return body if len(body) == length else None
            chunks = []
            while size := int(self.rfile.readline(100).split(b";")[0], 16):
                chunks.append(self.rfile.read(size))
                self.rfile.readline(100)
            while self.rfile.readline(1000).strip():  # what follows the last chunk
                pass
            return b"".join(chunks)
        except ValueError:
            return None

    def log_message(self, *_):
        pass


class Server(ThreadingHTTPServer):
    daemon_threads = True
    request_queue_size = 128  # webhooks can come many at once


if __name__ == "__main__":
    server = Server(("127.0.0.1", int(os.environ.get("PORT", "0"))), Webhooks)
    print(f"listening on http://127.0.0.1:{server.server_address[1]}", flush=True)
    try:
        server.serve_forever()
    except KeyboardInterrupt:
        pass
