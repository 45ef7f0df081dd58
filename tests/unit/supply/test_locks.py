"""Locks: what is here is in order, and each way of being out of order is seen."""

import json
from pathlib import Path
from typing import Any

import pytest

from infra.supply import locks
from infra.supply.locks import Source

ROOT = Path(__file__).resolve().parents[3]
HASH = "--hash=sha256:" + "a" * 64
GOOD = f"aiohttp==3.14.5 \\\n    {HASH}\n    # via havre\nuvloop==0.23.0 ; sys_platform != 'win32' \\\n    {HASH}\n"
NPM: dict[str, Any] = {
    "packages": {"": {}, "node_modules/preact": {"version": "11.2.0", "integrity": "sha512-" + "A" * 86}}
}


def test_every_package_of_this_repository_is_pinned_and_hashed() -> None:
    assert locks.problems(ROOT) == []


def test_every_lock_file_that_there_is_is_looked_at() -> None:
    looked = {ROOT / source.lock for source in locks.python_sources(ROOT)}
    assert looked == set(ROOT.glob("requirements*.lock"))
    folders = {file.parent for file in ROOT.glob("**/package-lock.json") if "node_modules" not in file.parts}
    assert folders == set(locks.npm_folders(ROOT))


def test_every_group_of_requirements_is_in_a_lock() -> None:
    text = (ROOT / "pyproject.toml").read_text(encoding="utf-8")
    named = {pin for source in locks.python_sources(ROOT) for pin in source.pins}
    pins = [line.strip().strip('",') for line in text.splitlines() if line.strip().startswith('"') and "==" in line]
    assert pins
    assert [pin for pin in pins if pin not in named] == []


def test_a_lock_in_order_has_no_problem() -> None:
    assert locks.locked(GOOD) == {("aiohttp", "3.14.5"), ("uvloop", "0.23.0")}
    assert list(locks.python_lock_problems(GOOD)) == []


@pytest.mark.parametrize(
    "lock",
    [
        "aiohttp==3.14.5\n",
        f"aiohttp==3.14.5\nuvloop==0.23.0 \\\n    {HASH}\n",
        "aiohttp==3.14.5 \\\n    --hash=md5:0123\n",
        f"aiohttp>=3.14.5 \\\n    {HASH}\n",
        f"aiohttp @ https://example.org/aiohttp.whl \\\n    {HASH}\n",
        f"--index-url https://example.org/simple\n{GOOD}",
        f"--find-links wheels\n{GOOD}",
        f"-e .\n{GOOD}",
        f"git+https://example.org/x\n{GOOD}",
    ],
)
def test_a_python_lock_out_of_order_is_seen(lock: str) -> None:
    assert list(locks.python_lock_problems(lock))


@pytest.mark.parametrize(
    "pin", ["aiohttp", "aiohttp>=3", "aiohttp==3.*", "aiohttp~=3.14", "aiohttp==3.14.4", "new==1.0"]
)
def test_a_requirement_that_is_no_exact_version_or_another_one_is_seen(pin: str) -> None:
    assert list(locks.pin_problems(Source("a lock", (pin,)), GOOD))
    assert not list(locks.pin_problems(Source("a lock", ("aiohttp==3.14.5",)), GOOD))


@pytest.mark.parametrize(
    "changes", [{"integrity": None}, {"integrity": "sha1-x"}, {"resolved": "git+ssh://example.org/x"}, {"link": True}]
)
def test_an_npm_lock_out_of_order_is_seen(changes: dict[str, Any]) -> None:
    assert list(locks.npm_lock_problems(NPM)) == []
    broken = json.loads(json.dumps(NPM))
    broken["packages"]["node_modules/preact"].update(changes)
    assert list(locks.npm_lock_problems(broken))


@pytest.mark.parametrize("version", ["^11.2.0", "11", "*", "latest", "11.2.1", "git+https://example.org/x"])
def test_an_npm_requirement_that_is_no_exact_version_is_seen(version: str) -> None:
    assert list(locks.npm_pin_problems({"dependencies": {"preact": "11.2.0"}}, NPM)) == []
    assert list(locks.npm_pin_problems({"devDependencies": {"preact": version}}, NPM))
