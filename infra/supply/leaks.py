"""Secrets that should not be in the repository: looked for by detect-secrets in every file that git knows.

A new false alarm is looked at by a person and then made known: ``make secrets-baseline``.
"""

import json
import shutil
import subprocess
from pathlib import Path

BASELINE = ".secrets.baseline"
"""What was found, looked at by a person and is none: examples and passwords of tests, by their digests."""
FOUND = 1


def tracked(root: Path) -> list[str]:
    """Return every file that git knows, those not committed yet included. Raises ``CalledProcessError`` without git."""
    command = ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"]
    done = subprocess.run(command, cwd=root, capture_output=True, text=True, check=True)
    return sorted({name for name in done.stdout.split("\0") if name and (root / name).is_file()})


def problems(root: Path, tools: Path, scratch: Path) -> list[str]:
    """Return where something looks like a secret that the baseline does not know. ``scratch``: a folder to write in."""
    scratch.mkdir(parents=True, exist_ok=True)
    baseline = scratch / "secrets.baseline"
    shutil.copyfile(root / BASELINE, baseline)  # the tool writes to it when known lines have moved
    command = [str(tools / "detect-secrets-hook"), "--json", "--no-verify", "--baseline", str(baseline), *tracked(root)]
    done = subprocess.run(command, cwd=root, capture_output=True, text=True, check=False)
    if done.returncode == FOUND:
        results = json.loads(done.stdout)["results"]
        return [f"{name}:{one['line_number']}: {one['type']}" for name, found in results.items() for one in found]
    return []
