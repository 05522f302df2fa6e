"""Has the reference libraries of Standard Webhooks, that for Python and that for Node, judge what really went over the wire:
each event that `trigger` sends, with the right secret and a wrong one, and with a changed body. Installs them into target/."""

import http.server
import json
import subprocess
import sys
import threading
import venv
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
HOME = ROOT / "target" / "ci-signatures"
PYTHON, NODE = "standardwebhooks==1.0.0", "standardwebhooks@1.0.0"
# That of the well-known LiveChat bot.
SECRET, OTHER = "whsec_cmVoZWFyc2FsLXRlc3Qtc2VjcmV0LTAwMDE=", "whsec_YW5vdGhlci1zZWNyZXQtb2YtMjQtYnl0ZXM="
EVENTS = ["incoming_chat", "incoming_event", "chat_deactivated", "agent_created"]

if Path(sys.prefix).resolve() != HOME.resolve():
    if not (HOME / "bin" / "pip").exists():
        venv.create(HOME, with_pip=True, clear=True)
    subprocess.run([HOME / "bin" / "pip", "install", "--quiet", PYTHON], check=True)
    subprocess.run(["npm", "install", "--silent", "--no-audit", "--no-fund", "--prefix", HOME, NODE], check=True)
    sys.exit(subprocess.run([HOME / "bin" / "python", __file__]).returncode)

from standardwebhooks.webhooks import Webhook, WebhookVerificationError  # noqa: E402

JUDGE = """
const {Webhook} = require('standardwebhooks');
const cases = JSON.parse(require('fs').readFileSync(0, 'utf8'));
console.log(JSON.stringify(cases.map(({secret, body, headers}) => {
  try { new Webhook(secret).verify(body, headers); return true; } catch { return false; }
})));
"""

caught = []


class Receiver(http.server.BaseHTTPRequestHandler):
    def do_POST(self):
        body = self.rfile.read(int(self.headers["content-length"])).decode()
        caught.append((body, {name.lower(): value for name, value in self.headers.items()}))
        self.send_response(200)
        self.send_header("content-length", "0")
        self.end_headers()

    def log_message(self, *_):
        pass


server = http.server.HTTPServer(("127.0.0.1", 0), Receiver)
threading.Thread(target=server.serve_forever, daemon=True).start()
for event in EVENTS:
    to = f"http://127.0.0.1:{server.server_port}/livechat"
    program = ROOT / "target" / "debug" / "rehearsal"
    subprocess.run([program, "trigger", "livechat", event, "--to", to], check=True, capture_output=True)
server.shutdown()
assert len(caught) == len(EVENTS), caught

cases = []
for body, headers in caught:
    cases += [(SECRET, body, headers, True), (OTHER, body, headers, False), (SECRET, body + " ", headers, False)]


def verified(secret, body, headers):
    try:
        Webhook(secret).verify(body, headers)
        return True
    except WebhookVerificationError:
        return False


expected = [case[3] for case in cases]
by_python = [verified(*case[:3]) for case in cases]
asked = json.dumps([{"secret": case[0], "body": case[1], "headers": case[2]} for case in cases])
by_node = json.loads(subprocess.run(["node", "-e", JUDGE], input=asked, check=True, capture_output=True, text=True, cwd=HOME).stdout)
print(f"{PYTHON} and {NODE} agree with us on {len(cases)} signatures" if by_python == by_node == expected else (by_python, by_node, expected))
sys.exit(not by_python == by_node == expected)
