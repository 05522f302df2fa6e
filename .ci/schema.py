"""Holds the printed schema to the bundled scenarios, which it must accept, and to mistakes that a schema can tell, which it
must reject. Installs a validator and a YAML 1.2 reader of its own into target/."""

import json
import subprocess
import sys
import venv
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
HOME = ROOT / "target" / "ci-schema"
PACKAGES = ["jsonschema==4.25.1", "ruamel.yaml==0.18.15"]

if Path(sys.prefix).resolve() != HOME.resolve():
    if not (HOME / "bin" / "python").exists():
        venv.create(HOME, with_pip=True)
    subprocess.run([HOME / "bin" / "pip", "install", "--quiet", *PACKAGES], check=True)
    sys.exit(subprocess.run([HOME / "bin" / "python", __file__]).returncode)

from jsonschema import Draft202012Validator  # noqa: E402
from ruamel.yaml import YAML  # noqa: E402

program = ROOT / "target" / "debug" / "rehearsal"
schema = json.loads(subprocess.run([program, "schema"], check=True, capture_output=True, text=True).stdout)
Draft202012Validator.check_schema(schema)
validator = Draft202012Validator(schema)
yaml = YAML(typ="safe", pure=True)

failures = []
scenarios = sorted((ROOT / "scenarios").rglob("*.yaml"))
for path in scenarios:
    for error in validator.iter_errors(yaml.load(path.read_text("utf-8"))):
        failures.append(f"{path.relative_to(ROOT)} is sound, but {error.json_path}: {error.message[:200]}")

SOUND = "platform: livechat\ncustomers: {alice: {}}\nsteps:\n  - start_chat: {as: alice}\n  - expect: {event: incoming_chat}\n"
BROKEN = {
    "an unknown platform": SOUND.replace("livechat", "lifechat"),
    "no platform": SOUND.replace("platform: livechat\n", ""),
    "an unknown key": SOUND + "step: []\n",
    "an unknown step": SOUND.replace("start_chat", "strat_chat"),
    "two keys in a step": SOUND.replace("{as: alice}", "{as: alice}\n    wait: 1s"),
    "a missing key": SOUND.replace("{as: alice}", "{text: Hi}"),
    "a key of nothing": SOUND.replace("{as: alice}", "{as: alice, txt: Hi}"),
    "a wrong type": SOUND.replace("{as: alice}", "{as: 7}"),
    "a duration without a unit": SOUND.replace("incoming_chat}", "incoming_chat, within: '3'}"),
    "an act that is not here": SOUND.replace("expect: {event: incoming_chat}", "hold: {}"),
    "an unknown language": SOUND.replace("alice: {}", "alice: {locale: xx}"),
    "a wrong setup": SOUND + "setup: {agents: [{name: Ann}]}\n",
    "an unknown fault": SOUND + "  - fault: {on: {event: incoming_chat}, do: {explode: true}}\n",
    "a fault that does nothing": SOUND + "  - fault: {on: {event: incoming_chat}, do: {drop: false}}\n",
    "a status out of range": SOUND.replace("event: incoming_chat", "call: {status: 70000}"),
}
if list(validator.iter_errors(yaml.load(SOUND))):
    failures.append("the sound example is rejected")
for what, text in BROKEN.items():
    if not list(validator.iter_errors(yaml.load(text))):
        failures.append(f"{what} is accepted")

print("\n".join(failures) or f"the schema accepts {len(scenarios)} scenarios and rejects {len(BROKEN)} mistakes")
sys.exit(bool(failures))
