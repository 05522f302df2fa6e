"""The stand-in under load: its process, its control port, and how it is called."""

import collections
import http.client
import json
import os
import re
import signal
import socket
import subprocess
import sys
import threading
import time
from urllib.parse import urlsplit

# What a world's journal keeps at most.
BOUNDS = {"entries": 200_000}
PATIENCE, QUIET = 30, 5
SAMPLE = re.compile(r'^(\w+)\{platform="(\w+)"(?:,\w+="(\w+)")?\} (\S+)$', re.M)


class Refused(Exception):
    """What the control port does not do."""


class StandIn:
    def __init__(self, program, folder):
        self.log, ports = folder / "stderr", folder / "ports.json"
        command = [program, "serve", "--port", "0", "--ports-file", ports, "--seed", "1"]
        with self.log.open("wb") as log:
            self.process = subprocess.Popen(command, stderr=log, stdout=subprocess.DEVNULL)
        end = time.monotonic() + PATIENCE
        while not ports.exists():
            if self.process.poll() is not None or time.monotonic() > end:
                raise SystemExit(f"it does not start: {self.log.read_text()}")
            time.sleep(0.02)
        told = json.loads(ports.read_text())
        self.url, self.control, self.token = told["vendor"], told["control"], told["control_token"]
        self.local = threading.local()

    def __enter__(self):
        return self

    def __exit__(self, error, *_):
        if error:
            print(f"the last it told, having ended with {self.process.poll()}:", *self.told()[-5:], sep="\n", file=sys.stderr)
        self.process.kill()
        self.process.wait()

    def told(self):
        return self.log.read_text(errors="replace").splitlines()

    def stop(self):
        """How it ends if it is asked to, and what it says of panics."""
        self.process.send_signal(signal.SIGTERM)
        code = self.process.wait(timeout=PATIENCE)
        return code, [line for line in self.told() if "panicked" in line]

    def memory(self):
        with open(f"/proc/{self.process.pid}/status") as status:
            return sum(int(line.split()[1]) / 1024 for line in status if line.startswith("VmRSS"))

    def files(self):
        return len(os.listdir(f"/proc/{self.process.pid}/fd"))

    def ask(self, method, path, body=None):
        """Asks the control port, on this thread's connection."""
        if not hasattr(self.local, "control"):
            self.local.control = Client(self.control)
        headers = {"authorization": f"Bearer {self.token}"}
        status, _, text = self.local.control.call(method, path, headers, body)
        if not 200 <= status < 300:
            raise Refused(f"{method} {path} {body}: {status} {text}")
        return json.loads(text) if text else None

    def metrics(self):
        """Every value, by the name of its metric, the platform and the other label."""
        headers = {"authorization": f"Bearer {self.token}"}
        _, _, text = Client(self.control).call("GET", "/metrics", headers)
        found = collections.defaultdict(float)
        for name, platform, label, value in SAMPLE.findall(text):
            found[name, platform, label] = float(value)
        return found

    def weigh(self, number):
        """How much memory a call takes that a journal keeps, in KiB: on average of so many."""
        client, headers = Client(self.url), {"authorization": "Bearer dal:agent-token"}
        for _ in range(50):
            client.call("POST", "/v3.6/agent/action/list_chats", headers, {})
        before = self.memory()
        for _ in range(number):
            client.call("POST", "/v3.6/agent/action/list_chats", headers, {})
        client.connection.close()
        return (self.memory() - before) * 1024 / number

    def teams(self, number):
        """Makes so many calls at once, all of which are on their way before the first is answered."""
        to = urlsplit(self.url)
        request = f"GET /v3.1/teams HTTP/1.1\r\nhost: {to.netloc}\r\naccess_token: imi-access-token\r\n\r\n".encode()
        with socket.create_connection((to.hostname, to.port), timeout=PATIENCE) as connection:
            writer = threading.Thread(target=connection.sendall, args=(request * number,), daemon=True)
            writer.start()
            answered, rest = 0, b""
            while answered < number:
                data = connection.recv(1 << 16)
                if not data:
                    raise ConnectionError(f"only {answered} of {number} calls are answered")
                # A status line may be cut in two.
                text = rest + data
                answered += text.count(b"HTTP/1.1 200 OK")
                rest = text[-14:]
            writer.join()
        return number


class Client:
    """A connection that is kept, and opened anew where somebody has closed it."""

    def __init__(self, url):
        self.to, self.connection, self.used = urlsplit(url).netloc, None, 0

    def call(self, method, path, headers, body=None):
        """What is answered: status, headers, text. A connection that breaks is an error, and no reason to ask again."""
        body = json.dumps(body).encode() if body is not None and not isinstance(body, (str, bytes)) else body
        # One that nobody has used for some time may be about to be closed.
        if self.connection and time.monotonic() - self.used > QUIET:
            self.connection.close()
            self.connection = None
        self.used = time.monotonic()
        if self.connection is None:
            self.connection = http.client.HTTPConnection(self.to, timeout=PATIENCE)
        try:
            self.connection.request(method, path, body, headers)
            answer = self.connection.getresponse()
            return answer.status, answer.headers, answer.read().decode()
        except Exception:
            self.connection.close()
            self.connection = None
            raise
