"""What the lock files promise, checked without any network: each package is one exact file that was seen before."""

import json
import re
import tomllib
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

_LOCKED = re.compile(
    r"^(?P<name>[A-Za-z0-9._-]+)==(?P<version>[^\s;\\]+)(?P<rest>.*?)(?=^\S|\Z)", re.MULTILINE | re.DOTALL
)
_PINNED = re.compile(r"^(?P<name>[A-Za-z0-9._-]+)(\[[a-z0-9,_-]+\])?==(?P<version>[0-9][^\s;*]*)(\s*;.*)?$")
_EXACT = re.compile(r"^\d+\.\d+\.\d+(-[0-9A-Za-z.-]+)?$")
_HASH = re.compile(r"--hash=sha256:[0-9a-f]{64}\b")
_ELSEWHERE = re.compile(
    r"^\s*(-[ef]\b|--(index-url|extra-index-url|find-links|trusted-host|editable)|\S+\s*@\s|git\+|https?:)"
)


@dataclass(frozen=True, slots=True)
class Source:
    """Where a Python lock comes from: the pins that a person wrote, by ``normal`` name."""

    lock: str
    pins: tuple[str, ...]


def normal(name: str) -> str:
    """Return a Python package's name as the index compares it (PEP 503)."""
    return re.sub(r"[-_.]+", "-", name).lower()


def locked(lock: str) -> set[tuple[str, str]]:
    """Return name and version of everything in the text of a Python lock; of one name, one for each condition."""
    return {(normal(found["name"]), found["version"]) for found in _LOCKED.finditer(lock)}


def python_lock_problems(lock: str) -> Iterator[str]:
    """Say what in the text of a Python lock is not held to a hash, or comes from anywhere but the index."""
    for found in _LOCKED.finditer(lock):
        if not _HASH.search(found["rest"]):
            yield f"{found['name']} has no hash"
    for line in lock.splitlines():
        if _ELSEWHERE.match(line):
            yield f"a package comes from elsewhere: {line.strip().split()[0]}"
        elif line[:1].isalnum() and not _LOCKED.match(line):
            yield f"not one exact version: {line.split()[0]}"


def pin_problems(source: Source, lock: str) -> Iterator[str]:
    """Say which requirement is not pinned to one version, or is locked to another one."""
    held = locked(lock)
    for pin in source.pins:
        found = _PINNED.match(pin)
        if found is None:
            yield f"{pin!r} names no exact version"
        elif (normal(found["name"]), found["version"]) not in held:
            yield f"{pin} is not what is locked: run `make lock`"


def npm_locked(lock: Mapping[str, Any]) -> dict[str, str]:
    """Return where each npm package lies, and its version."""
    return {where: entry["version"] for where, entry in lock["packages"].items() if where and not entry.get("link")}


def npm_lock_problems(lock: Mapping[str, Any]) -> Iterator[str]:
    """Say what in a package-lock.json has no integrity or comes from anywhere but the registry."""
    for where, entry in lock["packages"].items():
        if not where:
            continue
        if not str(entry.get("integrity", "")).startswith("sha512-"):
            yield f"{where} has no SHA-512 integrity"
        if entry.get("resolved") or entry.get("link"):
            yield f"{where} names a place of its own to come from"


def npm_pin_problems(package: Mapping[str, Any], lock: Mapping[str, Any]) -> Iterator[str]:
    """Say which requirement of a package.json is a range, or is locked to another version."""
    held = npm_locked(lock)
    for kind in ("dependencies", "devDependencies", "optionalDependencies", "peerDependencies"):
        for name, version in package.get(kind, {}).items():
            if not _EXACT.match(version):
                yield f"{name} {version!r} is no exact version"
            elif held.get(f"node_modules/{name}") != version:
                yield f"{name} {version} is not what is locked: run `npm install`"


def python_sources(root: Path) -> list[Source]:
    """Return every Python lock of the repository and what it is made from."""
    project = tomllib.loads((root / "pyproject.toml").read_text(encoding="utf-8"))
    groups: Mapping[str, list[str]] = project["dependency-groups"]
    run = (*project["project"]["dependencies"], *groups["local"])
    bench = (root / "tests/bench/requirements.in").read_text(encoding="utf-8").splitlines()
    return [
        Source("requirements.lock", run),
        Source("requirements-dev.lock", (*run, *groups["dev"])),
        Source("requirements-node.lock", tuple(groups["node"])),
        Source("requirements-audit.lock", tuple(groups["audit"])),
        Source("requirements-bench.lock", tuple(line for line in bench if line and not line.startswith("#"))),
    ]


def npm_folders(root: Path) -> list[Path]:
    """Return every folder of the repository that has a package-lock.json of its own."""
    return [root, root / "tests/bench/peers"]


def problems(root: Path) -> list[str]:
    """Return all that is wrong with the locks of the repository; empty when all is well."""
    found: list[str] = []
    for source in python_sources(root):
        lock = (root / source.lock).read_text(encoding="utf-8")
        found += _said(source.lock, (*python_lock_problems(lock), *pin_problems(source, lock)))
    for folder in npm_folders(root):
        lock_file = folder / "package-lock.json"
        npm_lock = json.loads(lock_file.read_text(encoding="utf-8"))
        package = json.loads((folder / "package.json").read_text(encoding="utf-8"))
        name = lock_file.relative_to(root).as_posix()
        found += _said(name, (*npm_lock_problems(npm_lock), *npm_pin_problems(package, npm_lock)))
    return found


def _said(name: str, sentences: Iterable[str]) -> list[str]:
    return [f"{name}: {sentence}" for sentence in sentences]
