"""The bot's side of each platform: how a world is set up for it, and how it writes into a chat."""

import base64
import json

from soaking.standin import Client

# Quick, so that faults are over soon; else each platform keeps to its own rules.
DELIVERY = {"timeout": "10s", "retries": ["200ms", "200ms", "1s"]}


class Imichat:
    EVENT, ROUTE, CODE = "message.received", "append_message", "2007"
    SETUP = {"virtual_agents": [{"login": "support_bot", "webhook": {"url": "${bot}/imichat"}}]}

    def __init__(self, client, exports):
        self.client = client
        key = base64.b64encode(f"{exports['IMICHAT_API_KEY']}@{exports['IMICHAT_DOMAIN']}".encode()).decode()
        _, headers, _ = client.call("GET", "/v3.1/authorize", {"authorization": key})
        self.headers = {"access_token": headers["access_token"], "content-type": "application/json"}

    def say(self, chat, text):
        message = {"type": "outbound", "livechat_sub_type": "text", "text": text, "timestamp": "2026-01-05T09:00:00.000Z"}
        return self.client.call("POST", f"/v3.1/chats/{chat}/messages", self.headers, message)

    def knock(self):
        return self.client.call("GET", "/v3.1/teams", self.headers)


class Livechat:
    EVENT, ROUTE, CODE = "incoming_event", "send_event", "service_unavailable"
    SETUP = {"bots": [{"name": "Bot", "webhooks": {"url": "${bot}/livechat", "actions": ["incoming_chat", "incoming_event"]}}]}

    def __init__(self, client, exports):
        self.client = client
        self.headers = {"authorization": f"Bearer {exports['LIVECHAT_TOKEN']}", "content-type": "application/json"}

    def say(self, chat, text):
        event = {"chat_id": chat, "event": {"type": "message", "text": text}}
        return self.client.call("POST", "/v3.6/agent/action/send_event", self.headers, event)

    def knock(self):
        return self.client.call("POST", "/v3.6/agent/action/list_chats", self.headers, {})


class Texter:
    # Its documents have no code that an answer can be given at any time.
    EVENT, ROUTE, CODE = "newIncomingMessage", "send_message", None
    SETUP = {"subscriptions": [{"event": "newIncomingMessage", "url": "${bot}/texter"}]}

    def __init__(self, client, exports):
        self.client = client
        self.headers = {"authorization": f"Bearer {exports['TEXTER_TOKEN']}", "content-type": "application/json"}

    def say(self, chat, text):
        message = {"type": "text", "text": text}
        return self.client.call("POST", f"/server/api/v2/messages/send/{chat}", self.headers, message)

    def knock(self):
        return self.client.call("GET", "/server/api/v2/chats/search?statuses[]=BOT", self.headers)


DESKS = {"imichat": Imichat, "livechat": Livechat, "texter": Texter}


def opened(stand_in, platform, bot, mode, customers):
    """A world of this platform, as the control port tells of it, and its desk."""
    desk = DESKS[platform]
    scenario = {"platform": platform, "setup": desk.SETUP | {"delivery": DELIVERY}, "customers": {name: {} for name in customers}}
    world = stand_in.ask("POST", f"/worlds?mode={mode}&bot={bot}", json.dumps(scenario))
    return world, desk(Client(world["url"]), world["exports"])
