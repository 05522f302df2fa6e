"""Holds the OpenAPI documents of the platforms to what the bundled scenarios show and to what the vendors' pages print, as it
stands in tests/vectors: each is valid OpenAPI 3.1, and the body of every granted call, of every answer and of every webhook fits
its schema. Installs validators into target/.

With `--write` it writes anew what the documents know from there alone, `src/platform/*/seen.json`. Build the program again
after that."""

import json
import re
import subprocess
import sys
import venv
from collections import defaultdict
from pathlib import Path
from urllib.parse import parse_qsl, urlsplit

ROOT = Path(__file__).resolve().parent.parent
HOME = ROOT / "target" / "ci-openapi"
PACKAGES = ["jsonschema==4.25.1", "openapi-spec-validator==0.7.2"]

if Path(sys.prefix).resolve() != HOME.resolve():
    if not (HOME / "bin" / "pip").exists():
        venv.create(HOME, with_pip=True, clear=True)
    subprocess.run([HOME / "bin" / "pip", "install", "--quiet", *PACKAGES], check=True)
    sys.exit(subprocess.run([HOME / "bin" / "python", __file__, *sys.argv[1:]]).returncode)

from jsonschema import Draft202012Validator  # noqa: E402
from openapi_spec_validator import OpenAPIV31SpecValidator  # noqa: E402

PROGRAM = ROOT / "target" / "debug" / "rehearsal"
JOURNAL = ROOT / "target" / "ci-openapi.jsonl"


def observed():
    """Of every platform: granted calls by operation, bodies of webhooks by event."""
    command = [PROGRAM, "run", "scenarios", "--bot", "builtin", "--port", "0", "--seed", "1", "--journal", JOURNAL]
    subprocess.run(command, cwd=ROOT, check=True, capture_output=True)
    calls, events, platform = defaultdict(lambda: defaultdict(list)), defaultdict(lambda: defaultdict(list)), None
    for line in JOURNAL.read_text("utf-8").splitlines():
        entry = json.loads(line)
        if entry["kind"] == "scenario":
            platform = entry["platform"]
        elif entry["kind"] == "called" and entry["route"] and 200 <= entry["status"] < 300:
            calls[platform][entry["route"]].append(entry)
        elif entry["kind"] == "queued":
            events[platform][entry["event"]].append(entry["body"])
    for platform in list(calls):
        printed(platform, calls[platform], events[platform])
    return calls, events


def printed(platform, calls, events):
    """Adds what the vendor's pages print. Placeholders in it stand for texts."""
    paths = [(row["name"], row["method"], re.compile(re.sub(r"\{\w+\}", "[^/]+", row["path"]))) for row in rows("routes", platform)]
    known = {name for name, _, _ in paths}

    def add_call(call, reply):
        path = call.get("path", "")
        fits = (name for name, method, form in paths if method == call["method"] and form.fullmatch(urlsplit(path).path))
        route = call["method"] if call["method"] in known else next(fits, None)
        if route and 200 <= reply["status"] < 300:
            told = {"route": route, "method": call["method"], "path": path, "status": reply["status"], "code": None}
            calls[route].append(told | {"request": call.get("body"), "reply": reply.get("body")})

    for file in sorted((ROOT / "tests" / "vectors" / platform).glob("*.json")):
        vector = json.loads(file.read_text("utf-8"))
        for step in vector.get("steps", []) if isinstance(vector, dict) else []:
            if "call" in step:
                add_call(step["call"], step["reply"])
            for webhook in step.get("webhooks", []):
                body = webhook.get("body", webhook)
                events[body.get("action", body.get("event_type"))].append(body)
        for case in vector.get("cases", []) if isinstance(vector, dict) else []:
            if "body" in case and "subscription" in case:
                events[case["subscription"]["event"]].append(case["body"])
        for sample in vector.get("samples", []) if isinstance(vector, dict) else []:
            if "on" in sample:
                add_call({"method": "append_message", "body": sample["body"]}, {"status": 200})


KINDS = {str: "string", bool: "boolean", int: "integer", float: "number", dict: "object", list: "array", type(None): "null"}


def is_name(key):
    """Whether a key is a member's name, and not an id, an address or the like, of which there may be any number."""
    return bool(re.fullmatch(r"[A-Za-z_$][A-Za-z0-9_.]*", key)) and not re.fullmatch(r"[0-9a-fA-F]{16,}|[A-Z0-9]{8,}", key)


def infer(values):
    """The schema of what was seen: types and members, none of which it requires."""
    kinds = {KINDS[type(value)] for value in values}
    if "number" in kinds:
        kinds.discard("integer")
    schema = {"type": kinds.pop() if len(kinds) == 1 else sorted(kinds)}
    members = defaultdict(list)
    for value in values:
        if isinstance(value, dict):
            for key, member in value.items():
                members[key].append(member)
    if members and all(is_name(key) for key in members):
        schema["properties"] = {key: infer(found) for key, found in members.items()}
    elif members:
        schema["additionalProperties"] = infer([member for found in members.values() for member in found])
    items = [item for value in values if isinstance(value, list) for item in value]
    if items:
        schema["items"] = infer(items)
    return schema


def query_of(call):
    return parse_qsl(urlsplit(call["path"]).query, keep_blank_values=True)


def listed(name):
    """A parameter's name without the number of an item."""
    return re.sub(r"\[\d+\]$", "[]", name)


def write(platform, calls, events, names):
    routes = {}
    for name in sorted(calls):
        route, found = {}, calls[name]
        if query := sorted({listed(key) for call in found for key, _ in query_of(call)}):
            route["query"] = {key: {"type": "string"} for key in query}
        if requests := [call["request"] for call in found if call["request"] is not None]:
            route["request"] = infer(requests)
        route["answers"] = {}
        for status in sorted({call["status"] for call in found}):
            answers = [call for call in found if call["status"] == status]
            answer = route["answers"][str(status)] = {}
            if codes := sorted({call["code"] for call in answers if call["code"]}):
                answer["codes"] = codes
            if bodies := [call["reply"] for call in answers if call["reply"] is not None]:
                answer["body"] = infer(bodies)
        routes[name] = route
    bodies = {name: infer(events[name]) for name in sorted(events) if name in names}
    path = ROOT / "src" / "platform" / platform / "seen.json"
    path.write_text(f'{{"routes": {lines(routes)},\n"events": {lines(bodies)}}}\n', "utf-8")


def lines(rows):
    """An object with a line for each member, so that differences are told apart."""
    told = (f"{json.dumps(name)}: {json.dumps(row, ensure_ascii=False)}" for name, row in rows.items())
    return "{\n" + ",\n".join(told) + "\n}"


class Judge:
    """One platform's document, and what does not fit it."""

    def __init__(self, platform, document):
        self.platform, self.document, self.failures, self.judged = platform, document, [], 0
        self.operations = {}
        for path, methods in document["paths"].items():
            for method, operation in methods.items():
                self.operations[operation["operationId"]] = (operation, method.upper())

    def operation(self, call):
        by_method = f"{call['route']}_by_{call['method'].lower()}"
        return self.operations.get(by_method, self.operations.get(call["route"], ({}, "")))[0]

    def body(self, what, content, body):
        if body is None:
            return
        if not content:
            self.failures.append(f"{self.platform} {what} has a body of which the document tells nothing")
            return
        (schema,) = [media["schema"] for media in content.values()]
        if not schema:
            self.failures.append(f"{self.platform} {what} has no schema")
        self.judged += 1
        whole = {"components": self.document["components"], "allOf": [schema]}
        for error in Draft202012Validator(whole).iter_errors(body):
            self.failures.append(f"{self.platform} {what}, {error.json_path}: {error.message[:200]}")

    def call(self, call):
        operation = self.operation(call)
        self.body(f"{call['route']}, request", operation.get("requestBody", {}).get("content"), call["request"])
        answer = operation.get("responses", {}).get(str(call["status"]), {})
        self.body(f"{call['route']}, answer {call['status']}", answer.get("content"), call["reply"])
        known = {parameter["name"] for parameter in operation.get("parameters", []) if parameter["in"] == "query"}
        for key, _ in query_of(call):
            if listed(key) not in known:
                self.failures.append(f"{self.platform} {call['route']}: ?{key} is no parameter")

    def refusals(self):
        for name, answer in self.document["components"]["responses"].items():
            for code, example in answer["content"]["application/json"].get("examples", {}).items():
                self.body(f"{name}, {code}", answer["content"], example["value"])

    def event(self, name, body):
        content = self.document["webhooks"][name]["post"]["requestBody"]["content"]
        self.body(name, content, body)


def rows(what, platform):
    command = [PROGRAM, "list", what, "--platform", platform, "--format", "json"]
    return json.loads(subprocess.run(command, check=True, capture_output=True, text=True).stdout)


calls, events = observed()
failures = []
for platform in sorted(calls):
    names = {row["name"] for row in rows("events", platform)}
    if "--write" in sys.argv[1:]:
        write(platform, calls[platform], events[platform], names)
        continue
    command = [PROGRAM, "schema", "--platform", platform]
    document = json.loads(subprocess.run(command, check=True, capture_output=True, text=True).stdout)
    failures += [f"{platform}: {error.message[:300]}" for error in OpenAPIV31SpecValidator(document).iter_errors()]
    judge = Judge(platform, document)
    for call in (call for found in calls[platform].values() for call in found):
        judge.call(call)
    for name in names:
        for body in events[platform][name]:
            judge.event(name, body)
    judge.refusals()
    failures += judge.failures
    told = f"{len(judge.operations)} operations, {len(names)} webhooks, {judge.judged} bodies"
    print(f"{platform}: {told}{'' if judge.failures else ', and all fit'}")
if failures:
    print(*sorted(set(failures)), "what is seen and no type tells is written anew by `.ci/openapi.py --write`", sep="\n")
sys.exit(bool(failures))
