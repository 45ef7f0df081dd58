"""Known vulnerabilities of what is locked, from the services that list them; and the truth when these do not answer.

pip-audit skips a package of which its service knows nothing, says "No known vulnerabilities found" and exits with 0,
even when it skipped every one. So its list is read here instead: what was skipped was not looked at.
"""

import json
import subprocess
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

SERVICES = ("pypi", "osv")
WITHIN_S = 180


@dataclass(frozen=True, slots=True)
class Answer:
    """What is known of one lock. ``unknown``: how many of its ``packages`` nobody could be asked about."""

    lock: str
    packages: int
    unknown: int
    vulnerable: list[str] = field(default_factory=list)


def of_pip_audit(lock: str, report: str) -> Answer | None:
    """Read pip-audit's JSON; None when there is none, as when its service is out of reach."""
    try:
        packages: list[dict[str, Any]] = json.loads(report)["dependencies"]
    except (ValueError, KeyError, TypeError):
        return None
    vulnerable = [
        f"{one['name']} {one['version']}: {', '.join(vuln['id'] for vuln in one['vulns'])}"
        for one in packages
        if one.get("vulns")
    ]
    return Answer(lock, len(packages), sum("skip_reason" in one for one in packages), vulnerable)


def of_npm_audit(lock: str, report: str, packages: int) -> Answer:
    """Read npm's JSON; anything but a report means that nobody could be asked."""
    try:
        found: dict[str, Any] = json.loads(report)["vulnerabilities"]
    except (ValueError, KeyError, TypeError):
        return Answer(lock, packages, packages)
    vulnerable = [f"{name} {one['range']}: severity {one['severity']}" for name, one in sorted(found.items())]
    return Answer(lock, packages, 0, vulnerable)


def ask_python(tools: Path, lock: Path, packages: int) -> Answer:
    """Ask about a Python lock, one service after the other until one knows every package."""
    best = Answer(lock.name, packages, packages)
    for service in SERVICES:
        command = [str(tools / "pip-audit"), "--requirement", str(lock), "--disable-pip", "--require-hashes"]
        options = [
            "--vulnerability-service",
            service,
            "--format",
            "json",
            "--progress-spinner",
            "off",
            "--timeout",
            "10",
        ]
        answer = of_pip_audit(lock.name, _output([*command, *options]))
        if answer is not None and answer.unknown < best.unknown:
            best = answer
        if not best.unknown:
            break
    return best


def ask_npm(folder: Path, name: str, packages: int) -> Answer:
    """Ask about the package-lock.json of a folder."""
    command = ["npm", "audit", "--json", "--package-lock-only", "--prefix", str(folder)]
    return of_npm_audit(name, _output(command), packages)


def _output(command: list[str]) -> str:
    """Return what a command prints; nothing when it takes too long. Its exit status tells less than its words."""
    try:
        done = subprocess.run(command, capture_output=True, text=True, timeout=WITHIN_S, check=False)
    except subprocess.TimeoutExpired:
        return ""
    return done.stdout
