#!/usr/bin/env python3
"""Has many worlds of all platforms live side by side in one stand-in, for as long as it is told: customers write, a bot answers,
agents and customers listen on sockets, clocks are advanced, what can be broken breaks. Usage: .ci/soak.py [MINUTES [PROGRAM]]

Every message of a customer bears a marker. However it was delayed, refused or repeated, its webhook has to arrive exactly as
often as the faults that were asked for say, and journals and counters have to tell the same. Memory must stay flat, journals in
their bounds, and of worlds that were closed nothing may be left. From two minutes on, one world is called so often that its
journal throws its oldest entries away. Installs a client for sockets into target/."""

import collections
import random
import signal
import subprocess
import sys
import tempfile
import threading
import time
import venv
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
HOME = ROOT / "target" / "ci-soak"
PACKAGES = ["websocket-client==1.9.0"]

if __name__ == "__main__" and Path(sys.prefix).resolve() != HOME.resolve():
    if not (HOME / "bin" / "pip").exists():
        venv.create(HOME, with_pip=True, clear=True)
    subprocess.run([HOME / "bin" / "pip", "install", "--quiet", *PACKAGES], check=True)
    sys.exit(subprocess.run([HOME / "bin" / "python", __file__, *sys.argv[1:]]).returncode)

sys.path.insert(0, str(Path(__file__).resolve().parent))
from soaking.life import Life  # noqa: E402
from soaking.receiver import Receiver  # noqa: E402
from soaking.standin import BOUNDS, StandIn  # noqa: E402

# Which time a gate can bear, in minutes.
SHORT = 1 / 3
# Worlds that live at the same time, on each platform.
WORLDS = 4
PLATFORMS = ["imichat", "livechat", "texter"]
# From how many minutes on there is time to fill a journal, and how many calls are made then in one go.
LONG, GO = 2, 500
# How much more memory the second half may need, once all is warm: a share of the first half, and MiB. What an allocator keeps
# for itself comes and goes, and the less time there is, the less of that is warm.
SHARE, SLACK = 0.05, 6
# How long worlds may take to end when the time is over, in seconds.
GRACE = 60
# What a small call may take that a journal keeps, in KiB, and of how many that is the average.
WEIGHT, WEIGHED = 2.5, 1_500
# So many findings are shown, and nothing new is begun after more.
SHOWN = 20


class Findings:
    """What went wrong, and how often what went right was looked at."""

    def __init__(self):
        self.lock, self.wrong, self.counted = threading.Lock(), [], collections.Counter()

    def count(self, what, number=1):
        with self.lock:
            self.counted[what] += number

    def expect(self, true, told):
        if not true:
            with self.lock:
                self.wrong.append(told() if callable(told) else told)


class Gauge(threading.Thread):
    """Samples the memory of the process, in MiB."""

    def __init__(self, stand_in):
        super().__init__(daemon=True)
        self.stand_in, self.samples, self.over = stand_in, [], threading.Event()

    def run(self):
        while not self.over.wait(0.2) and self.stand_in.process.poll() is None:
            self.samples.append((time.monotonic(), self.stand_in.memory()))

    def tenths(self):
        return [self.samples[len(self.samples) * part // 10][1] for part in range(10)] if self.samples else []

    def halves(self, warm):
        """What was used on average in the two halves of the time since everything was warm."""
        samples = [used for at, used in self.samples if at >= warm]
        middle = len(samples) // 2
        if not middle:
            return 0, 0
        return [sum(half) / len(half) for half in (samples[:middle], samples[middle:])]


def fill(stand_in, findings, end):
    """Makes more calls than a journal keeps, and goes on so slowly that it stays full. Says when it was full."""
    made, full = 0, None
    while time.monotonic() < end:
        made += stand_in.teams(GO)
        if made > BOUNDS["entries"] + GO:
            full = full or time.monotonic()
            time.sleep(0.5)
    findings.count("calls into one journal", made)
    return full


def bounded(stand_in, findings):
    """The journal that was filled: the oldest entries are gone, the newest are there, and no more than it may keep."""
    made = findings.counted["calls into one journal"]
    [first] = stand_in.ask("GET", "/worlds/imichat/journal?limit=1")
    kept = stand_in.metrics()["rehearsal_journal_entries", "imichat", ""]
    findings.expect(kept == BOUNDS["entries"], f"after {made} calls {kept:.0f} entries are kept")
    [last] = stand_in.ask("GET", f"/worlds/imichat/journal?after={first['seq'] + kept - 2:.0f}")
    # Calls of worlds that are closed may have come here, too, where this was the only one left.
    findings.expect(last["seq"] >= made, f"after {made} calls the last entry is {last['seq']}, the first {first['seq']}")


def live(platform, number, stand_in, receiver, findings, end):
    """World after world, until the time is over."""
    chance = random.Random(f"{platform}-{number}")
    while time.monotonic() < end:
        name = platform
        try:
            life = Life(platform, stand_in, receiver, findings, chance)
            name = life.name
            life.live(end)
        except Exception as error:  # noqa: BLE001 - whatever it is, it is a finding, and the other worlds go on
            findings.expect(False, f"{name}: {type(error).__name__}: {error}")
        findings.count("worlds")
        if len(findings.wrong) > SHOWN:
            return


def settled(stand_in, receiver, findings):
    """What the counters say of all worlds together, held to what the receiver saw."""
    counted, total = stand_in.metrics(), collections.Counter()
    for (name, _, label), value in counted.items():
        total[name, label] += value
    deliveries, fates = total["rehearsal_deliveries_total", ""], total["rehearsal_deliveries_settled_total", "delivered"]
    every = sum(value for (name, _), value in total.items() if name == "rehearsal_deliveries_settled_total")
    unfinished = findings.counted["webhooks unfinished"]
    findings.expect(
        deliveries == every + unfinished,
        f"{deliveries:.0f} webhooks were due, {every:.0f} are settled, of {unfinished} the world was closed",
    )
    seen, lost = receiver.answers, findings.counted["faults: lose answer"]
    for label, expected in [("2xx", seen[200] - lost), ("5xx", seen[503]), ("broken", seen["reset"])]:
        attempts = total["rehearsal_attempts_total", label]
        findings.expect(attempts == expected, f"{attempts:.0f} attempts ended with {label}, the receiver has seen {expected}")
    violated = [entry for platform in PLATFORMS for entry in stand_in.ask("GET", f"/worlds/{platform}/journal?kind=violated")]
    number = total["rehearsal_violations_total", ""]
    findings.expect(not number, f"there are {number:.0f} violations, in the worlds of the start {violated[:3]}")
    for platform in PLATFORMS:
        findings.expect(counted["rehearsal_worlds", platform, ""] == 1, f"worlds of {platform} are left")
    return {
        "webhooks": deliveries, "delivered": fates, "attempts": sum(v for (n, _), v in total.items() if n == "rehearsal_attempts_total"),
        "calls": sum(v for (n, _), v in total.items() if n == "rehearsal_calls_total"),
        "entries": total["rehearsal_journal_entries_total", ""],
    }


def main(minutes, program):
    findings, receiver = Findings(), Receiver()
    with tempfile.TemporaryDirectory() as folder, StandIn(program, Path(folder)) as stand_in:
        # First, while memory that was freed cannot hide it.
        weight = stand_in.weigh(WEIGHED)
        findings.expect(weight <= WEIGHT, f"a call that is kept takes {weight:.1f} KiB")
        begun = time.monotonic()
        end = begun + minutes * 60
        # The connection of this thread stays, too.
        stand_in.ask("GET", "/worlds")
        open_files = stand_in.files()
        gauge = Gauge(stand_in)
        gauge.start()
        threads = [
            threading.Thread(target=live, args=(platform, number, stand_in, receiver, findings, end), daemon=True)
            for platform in PLATFORMS for number in range(WORLDS)
        ]
        for thread in threads:
            thread.start()
        full = fill(stand_in, findings, end) if minutes >= LONG else None
        for thread in threads:
            thread.join(max(end + GRACE - time.monotonic(), 0))
            findings.expect(not thread.is_alive(), "a world does not come to an end")
        if (code := stand_in.process.poll()) is not None:
            sys.exit(f"it has ended by itself, with {code}; findings: {findings.wrong[:SHOWN]}")
        gauge.over.set()
        took = time.monotonic() - begun

        findings.expect(not receiver.late, lambda: f"closed worlds still send: {receiver.late[:3]}")
        findings.wrong += receiver.wrong
        figures = settled(stand_in, receiver, findings)
        if minutes >= LONG:
            bounded(stand_in, findings)
        names = sorted(world["id"] for world in stand_in.ask("GET", "/worlds"))
        findings.expect(names == PLATFORMS, f"open worlds: {names}")
        # Connections that nobody uses any more may stay for a while.
        for _ in range(100):
            if stand_in.files() <= open_files:
                break
            time.sleep(0.1)
        left = stand_in.files() - open_files
        findings.expect(left <= 0, f"{left} files or connections more than at the start")
        before, after = gauge.halves(max(begun + (end - begun) * 0.3, full or 0))
        growth = after - before
        findings.expect(growth <= before * SHARE + SLACK, f"memory grows from {before:.1f} to {after:.1f} MiB")
        code, panics = stand_in.stop()
        findings.expect(code == 0, f"it ends with {code}")
        findings.expect(not panics, f"it panics: {panics[:3]}")
    receiver.close()

    counted = findings.counted
    print(f"{took:.0f} s, {counted['worlds']} worlds, {counted['chats']} chats, {counted['markers']} markers")
    print(", ".join(f"{value:.0f} {name}" for name, value in figures.items()), f"({figures['webhooks'] / took:.0f} webhooks/s)")
    faults = {name.removeprefix("faults: "): number for name, number in counted.items() if name.startswith("faults: ")}
    print("faults:", ", ".join(f"{number} {name}" for name, number in sorted(faults.items())))
    others = ("entries compared", "pushes", "webhooks unfinished", "calls into one journal")
    print(", ".join(f"{counted[name]} {name}" for name in others))
    print(f"memory: {before:.1f} MiB, then {after:.1f} MiB ({growth:+.1f}); at most {max(used for _, used in gauge.samples):.1f} MiB")
    print(f"a call that is kept: {weight:.2f} KiB")
    print("every tenth of the time:", ", ".join(f"{used:.0f}" for used in gauge.tenths()), "MiB")
    for told in findings.wrong[:SHOWN]:
        print(f"wrong: {told}", file=sys.stderr)
    if findings.wrong:
        sys.exit(f"{len(findings.wrong)} findings")


def built():
    """What was built last: the quick program, unless the other one is newer."""
    programs = [ROOT / "target" / profile / "rehearsal" for profile in ("release", "debug")]
    return max((program for program in programs if program.exists()), key=lambda program: program.stat().st_mtime)


if __name__ == "__main__":
    # So that the stand-in ends, too.
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))
    main(float(sys.argv[1]) if len(sys.argv) > 1 else SHORT, sys.argv[2] if len(sys.argv) > 2 else built())
