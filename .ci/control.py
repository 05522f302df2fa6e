"""Holds the control port to its own description: starts a stand-in, and has schemathesis send it what the description allows
and what it does not. Installs schemathesis into target/."""

import json
import os
import subprocess
import sys
import tempfile
import time
import urllib.request
import venv
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
HOME = ROOT / "target" / "ci-control"
PACKAGES = ["schemathesis==4.32.5"]
TOKEN = "described"

# No request waits for long, and none closes the world that the others are about.
CONFIG = """
[parameters]
"path.id" = "w1"
"query.within" = "50ms"
"query.wait" = "50ms"

[[operations]]
include-method = "DELETE"
include-path = "/worlds/{id}"
parameters = { "path.id" = "w2" }
"""

# What a schema allows may still make no sense, such as a name that nobody knows.
SKIPPED = "positive_data_acceptance"

if not (HOME / "bin" / "schemathesis").exists():
    venv.create(HOME, with_pip=True, clear=True)
    subprocess.run([HOME / "bin" / "pip", "install", "--quiet", *PACKAGES], check=True)


def ask(url, method="GET", body=None):
    request = urllib.request.Request(url, body, method=method, headers={"Authorization": f"Bearer {TOKEN}"})
    with urllib.request.urlopen(request, timeout=10) as answer:
        return json.load(answer)


with tempfile.TemporaryDirectory() as folder:
    folder = Path(folder)
    ports = folder / "ports.json"
    program = [ROOT / "target" / "debug" / "rehearsal", "serve", "--port", "0", "--ports-file", ports, "--seed", "1"]
    stand_in = subprocess.Popen(program, env={**os.environ, "REHEARSAL_CONTROL_TOKEN": TOKEN}, stderr=subprocess.DEVNULL)
    try:
        for _ in range(100):
            if ports.exists():
                break
            time.sleep(0.1)
        control = json.loads(ports.read_text())["control"]
        for platform in ("texter", "livechat"):
            ask(f"{control}/worlds?mode=virtual", "POST", f"platform: {platform}\n".encode())
        config = folder / "schemathesis.toml"
        config.write_text(CONFIG)
        command = [HOME / "bin" / "schemathesis", "--config-file", config, "run", f"{control}/openapi.json"]
        command += ["-H", f"Authorization: Bearer {TOKEN}", "--seed", "1", "--max-examples", "20", "--max-time", "90"]
        command += ["--request-timeout", "5", "--exclude-checks", SKIPPED, "--exclude-path", "/worlds/{id}/journal/stream"]
        command += ["--suppress-health-check", "all", "--phases", "examples,coverage,fuzzing", "--no-shrink", "--workers", "1"]
        outcome = subprocess.run([*command, *sys.argv[1:]], cwd=folder).returncode
        # Whatever was sent, it still answers.
        ask(f"{control}/health")
    finally:
        stand_in.terminate()
        stand_in.wait()
sys.exit(outcome)
