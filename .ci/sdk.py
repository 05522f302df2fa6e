"""Has the vendor's own Python SDK, as PyPI has it, hold conversations at the stand-in: over HTTP and over sockets, as an agent and
as a customer, and with its webhooks. First in the clear, where only the addresses of its clients are touched, as it has no setting
for them. Then with nothing touched at all: it calls the vendor's own hosts, which the stand-in answers for as a proxy. Installs it
into target/."""

import http.server
import json
import os
import queue
import subprocess
import sys
import threading
import time
import venv
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
HOME = ROOT / "target" / "ci-sdk"
PACKAGES = ["lc-sdk-python==0.4.2", "loguru==0.7.3"]

if Path(sys.prefix).resolve() != HOME.resolve():
    if not (HOME / "bin" / "pip").exists():
        venv.create(HOME, with_pip=True, clear=True)
    subprocess.run([HOME / "bin" / "pip", "install", "--quiet", *PACKAGES], check=True)
    program = ROOT / "target" / "debug" / "rehearsal"
    subprocess.run([program, "exec", "--", HOME / "bin" / "python", __file__], check=True)
    told = 'HTTPS_PROXY="$REHEARSAL_PROXY" SSL_CERT_FILE="$REHEARSAL_TLS_CA" exec "$@"'
    subprocess.run([program, "exec", "--tls", "--", "sh", "-c", told, "sh", HOME / "bin" / "python", __file__], check=True)
    sys.exit()

from livechat.agent.rtm.base import AgentRTM  # noqa: E402
from livechat.agent.web.base import AgentWeb  # noqa: E402
from livechat.configuration.base import ConfigurationApi  # noqa: E402
from livechat.customer.rtm.base import CustomerRTM  # noqa: E402
from livechat.customer.web.base import CustomerWeb  # noqa: E402
from livechat.webhooks.parser import parse_webhook  # noqa: E402
from loguru import logger  # noqa: E402

logger.remove()
URL = os.environ["REHEARSAL_URL"]
UNTOUCHED = "HTTPS_PROXY" in os.environ
TOKEN = "Bearer " + os.environ["LIVECHAT_AGENT_TOKEN"]
OWNER = os.environ["LIVECHAT_CLIENT_ID"]
ORGANIZATION = os.environ["LIVECHAT_ORGANIZATION_ID"]
CUSTOMER = "Bearer " + os.environ["LIVECHAT_CUSTOMER_TOKEN"]
WEBHOOKS = ["incoming_chat", "incoming_event", "thread_tagged", "chat_deactivated"]

received = queue.Queue()


class Receiver(http.server.BaseHTTPRequestHandler):
    def do_POST(self):
        received.put(json.loads(self.rfile.read(int(self.headers["content-length"]))))
        self.send_response(200)
        self.send_header("content-length", "0")
        self.end_headers()

    def log_message(self, *_):
        pass


receiver = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Receiver)
threading.Thread(target=receiver.serve_forever, daemon=True).start()


def web(client):
    if not UNTOUCHED:
        client.api_url = client.api_url.replace(client.api_url.split("/v3")[0], URL)
    return client


def opened(client):
    """A socket on which nobody has logged in."""
    if not UNTOUCHED:
        client.ws.url = client.ws.url.replace(client.ws.url.split("/v3")[0], URL.replace("http", "ws", 1))
    client.open_connection()
    return client


def granted(response):
    """What a method answers, over HTTP or on a socket, if it is granted."""
    if hasattr(response, "status_code"):
        assert response.status_code == 200, f"{response.request.url}: {response.text}"
        return response.json()
    assert response and response.success, response and response.payload
    return response.payload


def pushed(socket, action):
    """Waits for a push."""
    for _ in range(100):
        found = [message for message in socket.ws.messages if message["type"] == "push" and message["action"] == action]
        if found:
            return found[0]["payload"]
        time.sleep(0.05)
    raise AssertionError(f"no push {action}")


for version in ("3.5", "3.6"):
    configuration = web(ConfigurationApi.get_client(TOKEN, version))
    for action in WEBHOOKS:
        granted(configuration.register_webhook(
            action=action, secret_key="a-secret-of-the-sdk", url=f"http://127.0.0.1:{receiver.server_port}/hook",
            owner_client_id=OWNER, type="license"))
    granted(configuration.enable_license_webhooks(owner_client_id=OWNER))
    agents = granted(configuration.list_agents())
    assert "agent@example.com" in [agent["id"] for agent in agents], agents

    stranger = opened(AgentRTM.get_client(version))
    wrong = stranger.login(token="Bearer dal:nobody")
    assert not wrong.success and wrong.payload["error"]["type"] == "authentication", wrong.payload
    stranger.close_connection()
    socket = opened(AgentRTM.get_client(version))
    granted(socket.login(token=TOKEN))

    started = granted(socket.start_chat(active=True, continuous=True))
    chat, thread = started["chat_id"], started["thread_id"]
    assert pushed(socket, "incoming_chat")["chat"]["id"] == chat
    said = granted(socket.send_event(chat_id=chat, event={"type": "message", "text": "Hello", "visibility": "all"}))
    assert pushed(socket, "incoming_event")["event"]["id"] == said["event_id"]
    granted(socket.tag_thread(chat_id=chat, thread_id=thread, tag="refund"))
    assert pushed(socket, "thread_tagged")["tag"] == "refund"

    agent = web(AgentWeb.get_client(TOKEN, version))
    listed = granted(agent.list_chats())
    assert chat in [summary["id"] for summary in listed["chats_summary"]], listed
    granted(agent.send_event(chat_id=chat, event={"type": "message", "text": "And good bye", "visibility": "all"}))
    granted(socket.deactivate_chat(id=chat, ignore_requester_presence=True))
    assert pushed(socket, "chat_deactivated")["chat_id"] == chat
    resumed = granted(agent.resume_chat(chat={"id": chat}))
    assert resumed["thread_id"] != thread
    granted(agent.deactivate_chat(id=chat, ignore_requester_presence=True))
    granted(socket.logout())

    stranger = opened(CustomerRTM.get_client(version, organization_id=ORGANIZATION))
    wrong = stranger.login(token=TOKEN)
    assert not wrong.success and wrong.payload["error"]["type"] == "authentication", wrong.payload
    stranger.close_connection()
    watch = opened(AgentRTM.get_client(version))
    granted(watch.login(token=TOKEN, customer_monitoring_level="online"))
    browser = opened(CustomerRTM.get_client(version, organization_id=ORGANIZATION))
    welcome = granted(browser.login(token=CUSTOMER))
    assert welcome["customer"]["id"] == os.environ["LIVECHAT_CUSTOMER_ID"], welcome
    pushed(browser, "customer_side_storage_updated")
    granted(browser.update_customer_page(url="https://shop.example/a", title="A"))
    assert pushed(watch, "customer_page_updated")["url"] == "https://shop.example/a"

    visitor = web(CustomerWeb.get_client(CUSTOMER, version, organization_id=ORGANIZATION))
    greets = {"thread": {"events": [{"type": "message", "text": "Hi", "recipients": "all"}]}}
    had = granted(visitor.list_chats())["chats_summary"]
    if had:
        chat = had[0]["id"]
        granted(browser.resume_chat(chat={"id": chat, **greets}, continuous=True))
    else:
        chat = granted(browser.start_chat(chat=greets, continuous=True))["chat_id"]
    assert pushed(browser, "incoming_chat")["chat"]["id"] == chat
    assert pushed(watch, "incoming_chat")["chat"]["id"] == chat
    if "agent@example.com" not in granted(agent.get_chat(chat_id=chat))["thread"]["user_ids"]:
        granted(agent.add_user_to_chat(
            chat_id=chat, user_id="agent@example.com", user_type="agent", visibility="all",
            ignore_requester_presence=True))
    granted(agent.send_typing_indicator(chat_id=chat, is_typing=True))
    assert pushed(browser, "incoming_typing_indicator")["typing_indicator"]["is_typing"]
    told = granted(agent.send_event(chat_id=chat, event={"type": "message", "text": "Yes?", "visibility": "all"}))
    heard = pushed(browser, "incoming_event")
    assert heard["event"]["id"] == told["event_id"] and "@" not in heard["event"]["author_id"], heard
    granted(visitor.mark_events_as_seen(chat_id=chat, seen_up_to=heard["event"]["created_at"]))
    said = granted(browser.send_event(chat_id=chat, event={"type": "message", "text": "A-1001"}))
    assert pushed(watch, "incoming_event")["event"]["id"] == said["event_id"]
    thread = granted(visitor.list_threads(chat_id=chat))["threads"][0]
    assert said["event_id"] in [event["id"] for event in thread["events"]], thread
    granted(browser.deactivate_chat(id=chat))
    assert pushed(browser, "chat_deactivated")["chat_id"] == chat
    browser.close_connection()
    assert pushed(watch, "customer_left")["id"] == welcome["customer"]["id"]
    watch.close_connection()

    seen = []
    while not set(WEBHOOKS) <= set(seen):
        body = received.get(timeout=10)
        seen.append(parse_webhook(body, version).action)
    for action in granted(configuration.list_webhooks(owner_client_id=OWNER)):
        granted(configuration.unregister_webhook(id=action["id"], owner_client_id=OWNER))
    while not received.empty():
        received.get()
    way = "untouched" if UNTOUCHED else "at this address"
    told = f"HTTP and sockets of an agent and a customer, and {len(seen)} webhooks that it can read"
    print(f"lc-sdk-python speaks {version}, {way}: {told}")
