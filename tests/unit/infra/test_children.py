"""A child process: how it is ended, and what its log last said."""

import os
import signal
import sys
from pathlib import Path

import pytest

from infra.local.children import Child


def python(code: str, tmp_path: Path, feed: bytes = b"") -> Child:
    child = Child("part", [sys.executable, "-c", code], os.environ, tmp_path / "part.log", feed=feed)
    child.start()
    return child


def test_it_runs_until_it_is_killed(tmp_path: Path) -> None:
    child = python("import time; time.sleep(60)", tmp_path)
    assert child.alive
    assert child.pid
    child.kill()
    assert not child.alive
    assert child.ending() == "signal SIGKILL"


def test_starting_what_runs_changes_nothing(tmp_path: Path) -> None:
    child = python("import time; time.sleep(60)", tmp_path)
    pid = child.pid
    child.start()
    assert child.pid == pid
    child.kill()


def test_it_is_fed_its_configuration_and_writes_its_log(tmp_path: Path) -> None:
    child = python("import sys; print(sys.stdin.read())", tmp_path, feed=b"a setting")
    assert child.wait(10)
    assert child.ending() == "exit 0"
    assert child.last_words() == "a setting"


def test_one_that_dies_before_it_is_fed_is_no_error(tmp_path: Path) -> None:
    child = python("import os; os.close(0); os._exit(3)", tmp_path, feed=b"x" * 200_000)
    assert child.wait(10)
    assert child.ending() == "exit 3"


def test_a_signal_to_one_that_has_ended_does_nothing(tmp_path: Path) -> None:
    child = python("", tmp_path)
    assert child.wait(10)
    child.send(signal.SIGTERM)
    child.kill()


def test_it_leaves_no_core_dump(tmp_path: Path) -> None:
    child = python("import resource; print(resource.getrlimit(resource.RLIMIT_CORE))", tmp_path)
    assert child.wait(10)
    assert child.last_words() == "(0, 0)"


@pytest.mark.parametrize(
    ("log", "words"),
    [
        ("", ""),
        ("plain text\n\n", "plain text"),
        ('{"event":"store_lost","error":"ConnectionError","at":["a.py:1"]}\n', "store_lost ConnectionError ['a.py:1']"),
        (
            'Traceback (most recent call last):\n  File "x.py", line 1\n    import nothing\n'
            "ModuleNotFoundError: No module named 'nothing'\n",
            "ModuleNotFoundError: No module named 'nothing'",
        ),
        (
            "Traceback (most recent call last):\n  File x\npydantic_core.ValidationError: 1 validation error\n"
            "silence_s\n  Input should be more\n    For further information visit a site\n",
            "pydantic_core.ValidationError: 1 validation error; silence_s; Input should be more",
        ),
    ],
)
def test_the_last_words_of_a_log_are_one_line(tmp_path: Path, log: str, words: str) -> None:
    child = Child("part", ["true"], os.environ, tmp_path / "part.log")
    child.log.write_text(log, encoding="utf-8")
    assert child.last_words() == words
