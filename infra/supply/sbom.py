"""``make sbom``: what Havre is built from, as CycloneDX documents in build/sbom. ``python -m infra.supply.sbom TOOLS``.

One document for each lock, made by the tools of CycloneDX and of npm from the lock alone, so that no machine's
installation colours it. Each is held against its schema, and against its lock: a package that is locked and not listed
is an error.
"""

import json
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from infra.supply import locks

ROOT = Path(__file__).resolve().parents[2]
OUT = ROOT / "build/sbom"


def listed(document: Mapping[str, Any]) -> set[tuple[str, str]]:
    """Return name and version of every component; an npm scope is part of the name."""
    return {
        ("/".join(part for part in (one.get("group"), one["name"]) if part), one["version"])
        for one in document["components"]
    }


def missing_python(document: Mapping[str, Any], lock: str) -> list[str]:
    """Return what the text of a Python lock names and the document does not."""
    have = {(locks.normal(name), version) for name, version in listed(document)}
    return [f"{name} {version}" for name, version in sorted(locks.locked(lock)) if (name, version) not in have]


def missing_npm(document: Mapping[str, Any], lock: Mapping[str, Any]) -> list[str]:
    """Return what a package-lock.json names and the document does not."""
    have = listed(document)
    wanted = {(where.rpartition("node_modules/")[2], version) for where, version in locks.npm_locked(lock).items()}
    return [f"{name} {version}" for name, version in sorted(wanted - have)]


def python_document(tools: Path, lock: Path) -> str:
    """Return the document of a Python lock."""
    quiet = ("-W", "ignore::UserWarning")  # a lock tells what is there, not what needs what
    command = [str(tools / "python"), *quiet, "-m", "cyclonedx_py", "requirements", str(lock)]
    options = ["--pyproject", str(ROOT / "pyproject.toml"), "--output-reproducible", "--output-file", "-"]
    return _run([*command, *options])


def npm_document(folder: Path) -> str:
    """Return the document of a folder's package-lock.json."""
    return _run(["npm", "sbom", "--sbom-format", "cyclonedx", "--package-lock-only", "--prefix", str(folder)])


def write(tools: Path) -> list[str]:
    """Write every document; return what is wrong with them."""
    OUT.mkdir(parents=True, exist_ok=True)
    problems, made = [], []
    for source in locks.python_sources(ROOT):
        text = python_document(tools, ROOT / source.lock)
        made.append(_keep(source.lock, text))
        lacking = missing_python(json.loads(text), (ROOT / source.lock).read_text(encoding="utf-8"))
        problems += [f"{source.lock}: {one} is not listed" for one in lacking]
    for folder in locks.npm_folders(ROOT):
        text, lock = npm_document(folder), folder / "package-lock.json"
        made.append(_keep(lock.relative_to(ROOT).as_posix(), text))
        lacking = missing_npm(json.loads(text), json.loads(lock.read_text(encoding="utf-8")))
        problems += [f"{lock}: {one} is not listed" for one in lacking]
    _run([str(tools / "python"), "-m", "infra.supply.cyclonedx_schema", *map(str, made)])
    return problems


def _keep(source: str, text: str) -> Path:
    path = OUT / f"{source.replace('/', '-')}.cdx.json"
    path.write_text(text, encoding="utf-8")
    print(f"{path.relative_to(ROOT)}: {len(json.loads(text)['components'])} components")
    return path


def _run(command: list[str]) -> str:
    """Return what a tool prints. Raises ``CalledProcessError``; what it complains of is on standard error already."""
    return subprocess.run(command, cwd=ROOT, stdout=subprocess.PIPE, text=True, check=True).stdout


def main(tools: Path) -> int:
    """Write, say what is wrong; return the exit status."""
    problems = write(tools)
    print("\n".join(problems) or "sbom: valid, and nothing that is locked is missing")
    return 1 if problems else 0


if __name__ == "__main__":
    sys.exit(main(Path(sys.argv[1]).absolute()))
