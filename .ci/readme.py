"""Runs every command block of the README, in order, and stops at the first that fails.

Each ```sh block is one bash script run from the root of the project. What a block leaves running is ended with it.
Programs that `cargo install` would put on the path are built once and found in the target folder.
"""

import os
import pathlib
import re
import signal
import subprocess
import sys

ROOT = pathlib.Path(__file__).resolve().parent.parent
LIMIT = 1500  # seconds for one block; the first builds everything


def main() -> int:
    text = (ROOT / "README.md").read_text(encoding="utf-8")
    blocks = re.findall(r"^```sh\n(.*?)^```", text, re.M | re.S)
    if len(blocks) < 8:
        print(f"only {len(blocks)} command blocks found in the README", file=sys.stderr)
        return 1
    env = dict(os.environ)
    env["CARGO_INSTALL_ROOT"] = str(ROOT / "target" / "installed")
    env["PATH"] = f"{env['CARGO_INSTALL_ROOT']}/bin{os.pathsep}{env['PATH']}"
    for block in blocks:
        print(f"\n$ {block.strip()}", flush=True)
        # Job control gives `%1` its meaning; a session of its own lets everything be ended together.
        script = f"set -meuo pipefail\n{block}"
        process = subprocess.Popen(["bash", "-c", script], cwd=ROOT, env=env, start_new_session=True)
        try:
            code = process.wait(timeout=LIMIT)
        finally:
            end_session(process.pid)
        if code != 0:
            print(f"the block above ended with {code}", file=sys.stderr)
            return 1
    print(f"\nall {len(blocks)} command blocks of the README ran")
    return 0


def end_session(session: int) -> None:
    """Ends whatever the block left running, its background jobs included."""
    for entry in pathlib.Path("/proc").iterdir():
        if entry.name.isdigit():
            try:
                pid = int(entry.name)
                if os.getsid(pid) == session:
                    os.kill(pid, signal.SIGKILL)
            except (ProcessLookupError, PermissionError):
                continue


if __name__ == "__main__":
    sys.exit(main())
