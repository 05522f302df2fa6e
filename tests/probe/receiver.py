"""A receiver of Texter's webhooks, right or with one bug: `receiver.py [--bug NAME]`. Needs only Python's standard library.

It verifies Standard Webhooks signatures with WEBHOOK_SECRET, answers each message of a contact once through the API at REHEARSAL_URL,
and prints where it listens. With `--bugs` it prints the names of the bugs.
"""

import base64
import hashlib
import hmac
import http.client
import json
import os
import sys
import threading
import time
import urllib.parse
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

BUGS = [
    "no signature check", "no signature is fine", "no value is fine", "compares a prefix", "accepts any version",
    "timestamp not signed", "id not signed", "accepts stale", "accepts future", "crashes on timestamps", "first entry only",
    "headers by case", "acts twice", "remembers the last only", "races", "half a body is fine", "checks up to the brace",
    "verifies what it parsed", "trims the body", "crashes on BOM", "acknowledges anything", "crashes on words", "crashes on null",
    "recurses", "crashes on length", "500 on unknown event", "strict about members", "needs every member", "crashes on null text",
    "crashes on numbers", "three bytes a character", "crashes on surrogates", "crashes on charsets", "wants a content-type",
    "crashes on content-types", "no chunks", "reads what is there", "accepts GET", "accepts PUT", "hangs on HEAD", "fails on OPTIONS",
    "never continues", "refuses HTTP/1.0", "leaves bodies unread", "slow", "redirects",
]
if sys.argv[1:] == ["--bugs"]:
    print("\n".join(BUGS))
    sys.exit()
BUG = sys.argv[2] if sys.argv[1:2] == ["--bug"] else None
API = urllib.parse.urlsplit(os.environ["REHEARSAL_URL"])
KEY = base64.b64decode(os.environ["WEBHOOK_SECRET"].removeprefix("whsec_"))
CAP = 4 << 20

done, lock = [], threading.Lock()


class Crash(Exception):
    """Nobody handles this."""


def crash_on(bug, what):
    if BUG == bug and what:
        raise Crash(bug)


def say(chat):
    connection = http.client.HTTPConnection(API.hostname, API.port, timeout=5)
    headers = {"Content-Type": "application/json", "Authorization": "Bearer texter-token"}
    connection.request("POST", f"/server/api/v2/messages/send/{chat}", json.dumps({"type": "text", "text": "Hello"}), headers)
    connection.getresponse().read()
    connection.close()


def trusted(headers, body):
    known = dict(headers.items()) if BUG == "headers by case" else headers
    message_id, sent, given = (known.get(f"webhook-{name}", "") for name in ("id", "timestamp", "signature"))
    if BUG == "no signature check" or (BUG == "no signature is fine" and "webhook-signature" not in headers):
        return True
    if BUG == "no value is fine" and given in ("", "v1,"):
        return True
    if BUG == "crashes on timestamps":
        int(sent or "x")
    if not sent.isdecimal():
        return False
    age = time.time() - int(sent)
    if (age > 300 and BUG != "accepts stale") or (age < -300 and BUG != "accepts future"):
        return False
    if BUG == "checks up to the brace":
        body = json.dumps(json.JSONDecoder().raw_decode(body.decode())[0], separators=(",", ":"), ensure_ascii=False).encode()
    if BUG == "verifies what it parsed":
        body = json.dumps(json.loads(body), separators=(",", ":"), ensure_ascii=False).encode()
    if BUG == "trims the body":
        body = body.strip()
    # Not to sign a part is as good as to let it be anything.
    ids = [message_id, message_id[:-1]] if BUG == "id not signed" else [message_id]
    times = range(int(sent) - 601, int(sent) + 1) if BUG == "timestamp not signed" else [sent]
    entries = given.split(" ")[: 1 if BUG == "first entry only" else None]
    return any(matches(entry, f"{i}.{t}.".encode() + body) for entry in entries for i in ids for t in times)


def matches(entry, content):
    version, _, value = entry.partition(",")
    expected = base64.b64encode(hmac.digest(KEY, content, hashlib.sha256)).decode()
    if BUG == "compares a prefix":
        return version == "v1" and len(value) >= 4 and expected.startswith(value)
    return (version == "v1" or BUG == "accepts any version") and hmac.compare_digest(value.encode(), expected.encode())


def parsed(headers, body):
    crash_on("crashes on BOM", body.startswith(b"\xef\xbb\xbf"))
    crash_on("crashes on length", len(body) > 1_000_000)
    crash_on("crashes on content-types", headers.get("content-type", "").startswith(";"))
    crash_on("crashes on charsets", "klingon" in headers.get("content-type", ""))
    crash_on("three bytes a character", any(byte >= 0xF0 for byte in body))
    try:
        webhook = json.JSONDecoder().raw_decode(body.decode())[0] if BUG == "checks up to the brace" else json.loads(body)
    except RecursionError:
        crash_on("recurses", True)
        raise ValueError from None
    except ValueError:
        crash_on("crashes on words", True)
        raise
    crash_on("crashes on null", webhook is None)
    crash_on("crashes on numbers", b"1e400" in body)
    crash_on("crashes on surrogates", b"\\ud83d" in body)
    return webhook


def take(headers, body):
    """What a webhook is answered with."""
    if not trusted(headers, body):
        return 401
    if BUG == "wants a content-type" and headers.get("content-type") is None:
        return 415
    webhook = parsed(headers, body)
    if not isinstance(webhook, dict) or not isinstance(webhook.get("eventName"), str):
        return 200 if BUG == "acknowledges anything" else 400
    crash_on("needs every member", not webhook.get("eventData"))
    if BUG == "strict about members" and set(webhook) != {"eventName", "eventData"}:
        return 400
    key = headers.get("webhook-id")
    if webhook["eventName"] != "newIncomingMessage":
        crash_on("500 on unknown event", True)
        done.append(key)
        return 200
    message, chat = webhook["eventData"]["message"], webhook["eventData"]["chat"]["_id"]
    crash_on("crashes on null text", message.get("text", "") is None)
    with threading.Lock() if BUG == "races" else lock:
        known = done[-1:] if BUG == "remembers the last only" else done
        if key not in known or BUG == "acts twice":
            if not isinstance(chat, str):
                return 400
            time.sleep(0.05 if BUG == "races" else 0)
            say(chat)
        done.append(key)
    return 302 if BUG == "redirects" else 200


class Webhooks(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def do_POST(self):
        if BUG == "slow":
            time.sleep(1.2)
        if BUG == "refuses HTTP/1.0" and self.request_version == "HTTP/1.0":
            return self.answer(426, close=True)
        if BUG == "leaves bodies unread" and self.headers.get("webhook-signature") == "v1,AAAA":
            return self.answer(401)
        body = self.body()
        if body is None:
            return self.answer(200 if BUG == "half a body is fine" else 400, close=True)
        try:
            status = take(self.headers, body)
        except Crash:
            status = 500
        except (ValueError, KeyError, TypeError, AttributeError) as error:
            status = 500 if BUG == "crashes on timestamps" and "int()" in str(error) else 400
        self.answer(status)

    def do_HEAD(self):
        if BUG == "hangs on HEAD":
            time.sleep(5)
        self.answer(405)

    def do_OPTIONS(self):
        self.answer(500 if BUG == "fails on OPTIONS" else 405)

    def do_GET(self):
        if BUG == f"accepts {self.command}":
            return self.do_POST()
        self.answer(405, close=True)  # the body is not read

    do_PUT = do_GET

    def handle_expect_100(self):
        if BUG == "never continues":
            self.answer(417, close=True)
            return False
        return super().handle_expect_100()

    def body(self):
        """The whole body; nothing if there is less of it or too much."""
        if "chunked" in self.headers.get("transfer-encoding", "") and BUG != "no chunks":
            chunks = []
            while size := int(self.rfile.readline(100), 16):
                chunks.append(self.rfile.read(size))
                self.rfile.readline(100)
            self.rfile.readline(100)
            return b"".join(chunks)
        length = int(self.headers.get("content-length", 0))
        if length > CAP:
            return None
        body = self.rfile.read1(length) if BUG == "reads what is there" else self.rfile.read(length)
        return body if len(body) == length or BUG == "reads what is there" else None

    def answer(self, status, close=False):
        self.send_response(status)
        self.send_header("content-length", "0")
        if close:
            self.send_header("connection", "close")
        self.end_headers()

    def log_message(self, *_):
        pass


class Server(ThreadingHTTPServer):
    daemon_threads = True
    request_queue_size = 128


server = Server(("127.0.0.1", 0), Webhooks)
print(f"listening on http://127.0.0.1:{server.server_address[1]}", flush=True)
server.serve_forever()
