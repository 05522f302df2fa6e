"""Plays the fixture for pytest, whose test runner it installs into target/. Those for Node and the shell need nothing that is
not there: the README's commands play them."""

import subprocess
import venv
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
HOME = ROOT / "target" / "ci-fixtures"

if not (HOME / "bin" / "pip").exists():
    venv.create(HOME, with_pip=True, clear=True)
subprocess.run([HOME / "bin" / "pip", "install", "--quiet", "pytest==9.2.0"], check=True)
pytest = [HOME / "bin" / "pytest", "-q", "-p", "no:cacheprovider", "tests/fixtures"]
rehearsal = ROOT / "target" / "debug" / "rehearsal"
subprocess.run([rehearsal, "exec", "--bot", "builtin", "--", *pytest], check=True, cwd=ROOT)
