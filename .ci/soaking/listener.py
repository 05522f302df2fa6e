"""Sockets of LiveChat: somebody who is logged in, asks for things, and hears what others write."""

import collections
import itertools
import json
import threading

import websocket

MARKED = "incoming_event"
PATIENCE = 30


class Listener:
    def __init__(self, url, token):
        self.socket = websocket.create_connection(url.replace("http", "ws", 1), timeout=PATIENCE)
        self.numbers, self.answers, self.heard = itertools.count(), {}, collections.Counter()
        self.changed, self.closed = threading.Condition(), False
        self.reader = threading.Thread(target=self.read, daemon=True)
        self.reader.start()
        self.login = self.ask("login", {"token": f"Bearer {token}"})

    def read(self):
        """Until the other side closes the socket."""
        try:
            while message := self.socket.recv():
                frame = json.loads(message)
                with self.changed:
                    if frame["type"] == "response":
                        self.answers[frame["request_id"]] = frame
                    elif frame["action"] == MARKED:
                        self.heard[frame["payload"]["event"].get("text")] += 1
                    self.changed.notify_all()
        except (OSError, websocket.WebSocketException):
            pass
        with self.changed:
            self.closed = True
            self.changed.notify_all()

    def until(self, what, found):
        with self.changed:
            if not self.changed.wait_for(found, PATIENCE):
                raise TimeoutError(f"no {what} on a socket within {PATIENCE} s")

    def ask(self, action, payload):
        number = str(next(self.numbers))
        self.socket.send(json.dumps({"request_id": number, "action": action, "payload": payload}))
        self.until(f"answer to {action}", lambda: number in self.answers or self.closed)
        frame = self.answers.pop(number, None)
        if not frame or not frame["success"]:
            raise ConnectionError(f"{action}: {frame}")
        return frame["payload"]

    def close(self):
        """Lets the socket go, which the other side should have closed."""
        self.reader.join(PATIENCE)
        self.socket.close()
        return self.closed
