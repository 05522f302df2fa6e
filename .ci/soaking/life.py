"""One world from its opening to its end: its customers, its bot, and what breaks."""

import collections
import http.client
import itertools
import json
import time

from soaking.desk import opened
from soaking.listener import Listener
from soaking.receiver import MARKER
from soaking.standin import BOUNDS, Client, Refused

NUMBERS = itertools.count(1)
CUSTOMERS = ["alice", "bob", "carol"]
# How often everybody writes before a world is closed.
ROUNDS = 12
# How long webhooks may take where the clock runs by itself, in seconds.
PATIENCE = 20

# What is done to one webhook: by whom, what, and how often it arrives then.
WEBHOOKS = {
    "drop": ("fault", {"drop": True}, 0),
    "duplicate": ("fault", {"duplicate": {"gap": "50ms"}}, 2),
    "delay": ("fault", {"delay": "300ms"}, 1),
    "hold": ("fault", {"hold": "200ms"}, 1),
    "reorder": ("fault", {"reorder": {"behind": 1, "within": "200ms"}}, 1),
    "lose request": ("fault", {"lose": "request"}, 1),
    "lose answer": ("fault", {"lose": "answer"}, 2),
    "503": ("receiver", [503], 2),
    "503 twice": ("receiver", [503, 503], 3),
    "reset": ("receiver", ["reset"], 2),
}
# What is done to one answer to the bot. All but the code do the work.
ANSWERS = {
    "code": lambda desk: {"code": desk.CODE},
    "slow": lambda desk: {"delay": "30ms"},
    "drip": lambda desk: {"drip": {"over": "50ms", "pieces": 3}},
    "malformed": lambda desk: {"malformed": True},
    "truncate": lambda desk: {"truncate": 3},
    "reset of the connection": lambda desk: {"reset": True},
}
BREAKS = {"truncate", "reset of the connection"}


class Life:
    def __init__(self, platform, stand_in, receiver, findings, chance):
        self.number = next(NUMBERS)
        self.stand_in, self.receiver, self.findings, self.chance = stand_in, receiver, findings, chance
        self.virtual = chance.random() < 0.6
        self.markers = itertools.count(1)
        # By marker: how often its webhook has to arrive, and how often it did. What the bot has written.
        self.due, self.came, self.said, self.unanswered = {}, {}, [], set()
        self.planned, self.wanted = collections.Counter(), collections.defaultdict(list)
        bot = f"{receiver.url}/{self.number}"
        self.world, self.desk = opened(stand_in, platform, bot, "virtual" if self.virtual else "real", CUSTOMERS)
        self.id, self.chats, self.listeners = self.world["id"], {}, []
        self.name = f"{platform} {self.id}"

    def live(self, end):
        try:
            self.begin()
            for number in range(ROUNDS):
                if number and time.monotonic() > end:
                    break
                self.round()
            self.compare()
            if self.chance.random() < 0.5:
                self.leave_unfinished()
        finally:
            self.close()

    def ask(self, method, path, body=None):
        return self.stand_in.ask(method, f"/worlds/{self.id}{path}", body)

    def mark(self):
        return f"mark{self.number}-{next(self.markers)}"

    def begin(self):
        firsts = {name: self.mark() for name in CUSTOMERS}
        self.due |= {marker: 1 for marker in firsts.values()}
        self.play([{"start_chat": {"as": name, "text": marker}} for name, marker in firsts.items()])
        self.rest()
        self.chats = {name: self.receiver.chats[marker] for name, marker in firsts.items()}
        exports = self.world["exports"]
        if "LIVECHAT_AGENT_TOKEN" in exports:
            self.agent = Listener(f"{self.world['url']}/v3.6/agent/rtm/ws", exports["LIVECHAT_AGENT_TOKEN"])
            self.listeners.append(self.agent)
            for chat in self.chats.values():
                self.agent.ask("follow_chat", {"id": chat})
            organization = exports["LIVECHAT_ORGANIZATION_ID"]
            wanted = {"grant_type": "cookie", "client_id": exports["LIVECHAT_CLIENT_ID"], "organization_id": organization}
            _, _, granted = Client(self.world["url"]).call("POST", "/v2/customer/token", {}, wanted)
            url = f"{self.world['url']}/v3.6/customer/rtm/ws?organization_id={organization}"
            self.program = Listener(url, json.loads(granted)["access_token"])
            self.listeners.append(self.program)
            marker = self.mark()
            started = self.program.ask("start_chat", {"chat": {"thread": {"events": [{"type": "message", "text": marker}]}}})
            self.due[marker] = 1
            self.chats["program"] = started["chat_id"]
            self.agent.ask("follow_chat", {"id": started["chat_id"]})
        self.findings.count("chats", len(self.chats))

    def round(self):
        """Everybody writes, some of it meets a fault, and the bot answers once all of it has come."""
        for name in CUSTOMERS:
            self.write(name)
        if self.listeners:
            marker = self.mark()
            self.program.ask("send_event", {"chat_id": self.chats["program"], "event": {"type": "message", "text": marker}})
            self.due[marker] = 1
            self.hear(marker, self.agent, self.program)
        self.rest()
        for name in self.chats:
            self.answer(name)
        for marker, times in self.due.items():
            came = self.came[marker] = self.receiver.arrived[marker]
            self.findings.expect(came == times, lambda: f"{self.name}: {marker} came {came} times, not {times}")
        self.findings.count("markers", len(self.due))
        self.due = {}
        for listener, wanted in self.wanted.items():
            listener.until("push", lambda: all(listener.heard[text] for text in wanted))
            self.findings.count("pushes", len(wanted))
            wanted.clear()

    def write(self, name):
        """A customer writes, and now and then something is done to the webhook."""
        marker, steps = self.mark(), []
        self.due[marker] = 1
        if self.chance.random() < 0.5:
            what = self.chance.choice(list(WEBHOOKS))
            whose, how, self.due[marker] = WEBHOOKS[what]
            self.findings.count(f"faults: {what}")
            if what == "lose answer":
                self.unanswered.add(marker)
            if whose == "receiver":
                self.receiver.badly[marker] = list(how)
            else:
                steps = [self.fault(name, how)]
        self.play([*steps, {"say": {"as": name, "text": marker}}])
        self.hear(marker, *self.listeners[:1])
        return marker

    def fault(self, name, how):
        self.planned[next(iter(how))] += 1
        return {"fault": {"on": {"event": self.desk.EVENT, "chat": name}, "do": how, "times": 1}}

    def answer(self, name):
        """The bot writes, and does so again if it was refused."""
        text = f"reply{self.number}-{next(self.markers)}"
        what = self.chance.choice(list(ANSWERS)) if name in CUSTOMERS and self.chance.random() < 0.3 else None
        if what == "code" and not self.desk.CODE:
            what = None
        if what:
            do = ANSWERS[what](self.desk)
            self.ask("POST", "/faults", {"on": {"route": self.desk.ROUTE, "chat": name}, "do": do, "times": 1})
            self.findings.count(f"faults: {what}")
            self.planned[next(iter(do))] += 1
        try:
            status, _, _ = self.desk.say(self.chats[name], text)
        except (OSError, http.client.HTTPException):
            status = None
        expected = "broken" if what in BREAKS else "refused" if what == "code" else "granted"
        found = "broken" if status is None else "refused" if status >= 400 else "granted"
        self.findings.expect(found == expected, lambda: f"{self.name}: with {what} a call of the bot is {found}: {status}")
        if found == "refused":
            self.desk.say(self.chats[name], text)
        self.said.append(text)
        self.hear(text, *(self.listeners if name == "program" else self.listeners[:1]))

    def hear(self, text, *listeners):
        for listener in listeners:
            self.wanted[listener].append(text)

    def play(self, steps):
        return self.ask("POST", "/steps?within=20s", steps)["after"]

    def rest(self):
        """Until all webhooks have come. Those that wait for their time are not on their way, so where the clock runs by itself
        there is nothing else to wait for."""
        if self.virtual:
            self.ask("POST", "/clock?within=20s", {"advance": "10s"})
        else:
            end = time.monotonic() + PATIENCE
            while time.monotonic() < end and any(self.receiver.arrived[marker] < times for marker, times in self.due.items()):
                time.sleep(0.02)
        self.ask("GET", "/idle?within=20s")

    def journal(self):
        after = None
        while page := self.ask("GET", "/journal?limit=10000" + (f"&after={after}" if after is not None else "")):
            yield from page
            after = page[-1]["seq"]

    def compare(self):
        """Holds the journal to what was done and to what the receiver has seen."""
        # What the bot writes may be told by webhooks, too.
        self.rest()
        fired, open_ones, bodies, reached, said = collections.Counter(), set(), {}, collections.Counter(), collections.Counter()
        seq = -1
        for seq, entry in enumerate(self.journal()):
            self.findings.expect(entry["seq"] == seq, lambda: f"{self.name}: entry {entry['seq']} stands at {seq}")
            kind = entry["kind"]
            if kind == "faulted":
                fired[entry["fault"]] += 1
            elif kind == "queued":
                open_ones.add(entry["delivery"])
                bodies[entry["delivery"]] = MARKER.search(json.dumps(entry["body"]))
            elif kind == "settled":
                open_ones.discard(entry["delivery"])
            elif kind == "answered" and (marker := bodies[entry["delivery"]]):
                outcome = entry["outcome"]
                # The receiver resets connections once it has read.
                reached[marker[0]] += isinstance(outcome, dict) and bool({"status", "broken"} & outcome.keys())
            elif kind == "violated":
                self.findings.expect(False, lambda: f"{self.name}: {entry['detail']}")
            elif kind == "said" and entry["from"]["role"] == "bot":
                said[entry["text"]] += 1
        self.findings.count("entries compared", seq + 1)
        self.findings.expect(seq < BOUNDS["entries"], lambda: f"{self.name}: {seq} entries")
        self.findings.expect(fired == self.planned, lambda: f"{self.name}: {fired} fired, of {self.planned}")
        self.findings.expect(not open_ones, lambda: f"{self.name}: webhooks {open_ones} are not settled")
        self.findings.expect(said == collections.Counter(self.said), lambda: f"{self.name}: the bot said {said - collections.Counter(self.said)} besides")
        for marker, came in self.came.items():
            again = self.receiver.arrived.pop(marker, 0) - came
            self.findings.expect(not again, lambda: f"{self.name}: {marker} came {again} times more, long after")
            came -= marker in self.unanswered
            self.findings.expect(reached[marker] == came, lambda: f"{self.name}: {marker} was answered {came} times, the journal tells of {reached[marker]}")

    def leave_unfinished(self):
        """One webhook is to go later, and one to be tried again, which the end of the world prevents."""
        later, again = self.mark(), self.mark()
        # Where the clock runs by itself it would go soon, while the receiver still listens.
        delay = {"delay": "10m" if self.virtual else "5s"}
        self.play([self.fault("alice", delay), {"say": {"as": "alice", "text": later}}])
        if self.virtual:
            self.receiver.badly[again] = [503] * 4
            after = self.play([{"say": {"as": "bob", "text": again}}])
            self.ask("GET", f"/journal?after={after}&kind=answered&wait=20s")
        self.findings.count("webhooks unfinished", 1 + self.virtual)

    def close(self):
        """Drops the world, of which nothing may be left: no webhook, no socket, no credential."""
        self.ask("DELETE", "")
        self.receiver.closed.add(str(self.number))
        for listener in self.listeners:
            self.findings.expect(listener.close(), lambda: f"{self.name}: a socket outlives it")
            twice = {text: times for text, times in listener.heard.items() if text and times > 1}
            self.findings.expect(not twice, lambda: f"{self.name}: pushed more than once: {twice}")
        status, _, _ = self.desk.knock()
        self.findings.expect(status in (400, 401, 403, 404), lambda: f"{self.name}: its credential is answered {status}")
        try:
            self.ask("GET", "")
        except Refused:
            return
        self.findings.expect(False, f"{self.name}: it is still there")
