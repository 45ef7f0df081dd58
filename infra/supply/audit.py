"""``make audit``: what can be said of the packages here. ``python -m infra.supply.audit TOOLS``.

TOOLS is the ``bin`` folder of the environment that has pip-audit and detect-secrets.

Exit status: 0 all is well and the vulnerability services answered for every package; 1 something is wrong; 3 nothing is
wrong that can be seen from here, but they did not answer for some packages, so nothing is known of those.
"""

import json
import sys
from pathlib import Path

from infra.supply import advisories, leaks, locks
from infra.supply.advisories import Answer

ROOT = Path(__file__).resolve().parents[2]
WELL, WRONG, UNKNOWN = 0, 1, 3


def offline(root: Path, tools: Path) -> int:
    """Check locks and secrets, print what is wrong; return how many things are."""
    found = {
        "locks: every package pinned, with hashes, from the index alone": locks.problems(root),
        "secrets: none in any file that git knows": leaks.problems(root, tools, root / "build"),
    }
    for title, problems in found.items():
        print(f"{'ok   ' if not problems else 'WRONG'} {title}")
        for problem in problems:
            print(f"        {problem}")
    return sum(map(len, found.values()))


def answers(root: Path, tools: Path) -> list[Answer]:
    """Ask about every lock."""
    given = []
    for source in locks.python_sources(root):
        lock = root / source.lock
        given.append(advisories.ask_python(tools, lock, len(locks.locked(lock.read_text(encoding="utf-8")))))
    for folder in locks.npm_folders(root):
        lock = folder / "package-lock.json"
        packages = locks.npm_locked(json.loads(lock.read_text(encoding="utf-8")))
        given.append(advisories.ask_npm(folder, lock.relative_to(root).as_posix(), len(packages)))
    return given


def verdict(problems: int, given: list[Answer]) -> tuple[int, str]:
    """Return the exit status and the last line."""
    vulnerable = sum(len(answer.vulnerable) for answer in given)
    unknown, packages = sum(answer.unknown for answer in given), sum(answer.packages for answer in given)
    if problems or vulnerable:
        return (
            WRONG,
            f"audit: WRONG: {problems} problems here, {vulnerable} vulnerable packages; {unknown} not asked about",
        )
    if unknown:
        return UNKNOWN, (
            f"audit: OFFLINE: the vulnerability services did not answer for {unknown} of {packages} packages: "
            "nothing is known about those. What can be checked without them is in order."
        )
    return WELL, f"audit: no known vulnerability in {packages} packages, and all else is in order"


def main(tools: Path) -> int:
    """Do all of it; return the exit status."""
    problems = offline(ROOT, tools)
    given = answers(ROOT, tools)
    for answer in given:
        known = answer.packages - answer.unknown
        word = "WRONG" if answer.vulnerable else "ok   " if not answer.unknown else "?    "
        print(f"{word} {answer.lock}: asked about {known} of {answer.packages} packages")
        for line in answer.vulnerable:
            print(f"        {line}")
    status, sentence = verdict(problems, given)
    print(sentence)
    return status


if __name__ == "__main__":
    sys.exit(main(Path(sys.argv[1]).absolute()))
