"""Where all webhooks go: counts markers, and answers badly where it was told to."""

import collections
import http.server
import json
import re
import socket
import struct
import threading

# No hexadecimal digits, as parts of ids would look the same.
MARKER = re.compile(r"\bmark\d+-\d+\b")


class Receiver:
    def __init__(self):
        self.lock = threading.Lock()
        # By marker: how often it came, and how the next ones that come are to be answered.
        self.arrived, self.badly = collections.Counter(), collections.defaultdict(list)
        self.chats, self.closed, self.late, self.wrong = {}, set(), [], []
        self.answers = collections.Counter()
        handler = type("Handler", (Handler,), {"receiver": self})
        self.server = Server(("127.0.0.1", 0), handler)
        threading.Thread(target=self.server.serve_forever, daemon=True).start()
        self.url = f"http://127.0.0.1:{self.server.server_port}"

    def take(self, path, body):
        """Notes a webhook, and says what to answer: a status or `reset`."""
        life, found = path.split("/")[1], sorted(set(MARKER.findall(body)))
        with self.lock:
            if life in self.closed:
                self.late.append((path, found))
            if len(found) > 1:
                self.wrong.append(f"a webhook with several messages: {found}")
            answer = 200
            if found:
                [marker, *_] = found
                self.arrived[marker] += 1
                self.chats[marker] = chat(json.loads(body))
                answer = self.badly[marker].pop(0) if self.badly.get(marker) else 200
            self.answers[answer] += 1
            return answer

    def close(self):
        self.server.shutdown()
        self.server.server_close()


def chat(body):
    """The chat that a webhook is about, wherever its platform says so."""
    payload = body.get("payload", {})
    if "chat_id" in body:
        return body["chat_id"]
    if "eventData" in body:
        return body["eventData"]["chat"]["_id"]
    return payload.get("chat_id") or payload["chat"]["id"]


class Server(http.server.ThreadingHTTPServer):
    daemon_threads, request_queue_size = True, 512

    def handle_error(self, *_):
        """Connections that end are no error."""


class Handler(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def do_POST(self):
        body = self.rfile.read(int(self.headers["content-length"])).decode()
        answer = self.receiver.take(self.path, body)
        if answer == "reset":
            self.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
            self.connection.close()
            self.close_connection = True
            return
        self.wfile.write(b"HTTP/1.1 %d Told\r\ncontent-length: 0\r\n\r\n" % answer)

    def log_message(self, *_):
        pass
