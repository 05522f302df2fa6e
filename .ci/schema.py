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
    if not (HOME / "bin" / "pip").exists():
        venv.create(HOME, with_pip=True, clear=True)
    subprocess.run([HOME / "bin" / "pip", "install", "--quiet", *PACKAGES], check=True)
    sys.exit(subprocess.run([HOME / "bin" / "python", __file__]).returncode)

from jsonschema import Draft202012Validator  # noqa: E402
from ruamel.yaml import YAML, YAMLError  # noqa: E402

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

# Mistakes that no schema can tell: names that refer to each other, words of one platform, what makes sense together.
BEYOND = set("""
address_without_scheme
agent_twice
signing_of_no_scheme
signing_secret_of_the_wrong_form
signing_secret_for_another_scheme
call_with_another_parameter
answer_of_an_unknown_code
bad_regex
chat_before_it_starts
color_without_hash
cron_too_often
disconnect_misspelt
event_of_another_platform
group_unknown
header_with_line_break
label_twice
name_not_kept_yet
priority_unknown
scope_unknown
subscription_of_nothing
subscription_of_two_kinds
subscription_to_no_event
subscription_without_address
subscription_without_triggers
team_unknown
unclosed_placeholder
unknown_asset_channel
unknown_customer
webhook_unknown
words_too_many
skipped_for_no_reason
subscription_with_typos
subscription_to_no_label
repeat_without_end
examples_differ
examples_unknown_name
expect_state_of_nobody
one_of_chat_of_another_branch
one_of_without_expectation
parallel_other_lane
secret_expected
clear_faults_of_no_event
fault_during_no_time
fault_of_a_chat_that_never_is
fault_range_backwards
fault_tail_without_length
fault_token_that_never_expires
lost_for_good
parallel_whose_chat
repeat_too_much_in_all
""".split())
rejected = 0
for path in sorted((ROOT / "tests" / "scenario" / "broken").glob("*.yaml")):
    try:
        accepted = not list(validator.iter_errors(yaml.load(path.read_text("utf-8"))))
    except YAMLError:
        accepted = False
    if accepted != (path.stem in BEYOND):
        failures.append(f"{path.relative_to(ROOT)} is {'accepted' if accepted else 'rejected after all'}")
    rejected += not accepted

print("\n".join(failures) or f"the schema accepts {len(scenarios)} scenarios and rejects {rejected} mistakes, all that a schema can tell")
sys.exit(bool(failures))
