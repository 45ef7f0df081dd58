"""What goes wrong is logged by type and place, never with the words that were in hand (P1)."""

import asyncio
import io
import json
import logging
from collections.abc import Iterator

import pytest
import structlog

from shared import logs
from shared.logs import get_logger
from shared.run import report_loop_error

WORDS = "il revient ce soir"


@pytest.fixture
def output(monkeypatch: pytest.MonkeyPatch) -> Iterator[io.StringIO]:
    """What a service with its own logging writes; undone afterwards."""
    written = io.StringIO()
    monkeypatch.setattr("sys.stdout", written)
    root = logging.getLogger()
    handlers, level = root.handlers[:], root.level
    root.handlers[:] = []  # those of the test runner are not to be closed
    logs.configure("test")
    yield written
    root.handlers[:] = handlers
    root.setLevel(level)
    structlog.reset_defaults()
    structlog.contextvars.clear_contextvars()


def lines(text: str) -> list[dict[str, object]]:
    assert WORDS not in text
    return [json.loads(line) for line in text.splitlines()]


async def raise_with_words() -> None:
    raise ValueError(WORDS)


def fail_with_words(words: str) -> None:
    raise ValueError(words)


def test_an_error_that_no_task_caught_is_logged_without_its_words(output: io.StringIO) -> None:
    async def main() -> None:
        asyncio.get_running_loop().set_exception_handler(report_loop_error)
        asyncio.get_running_loop().call_soon(fail_with_words, WORDS)
        task = asyncio.create_task(raise_with_words())
        await asyncio.wait([task])
        del task
        await asyncio.sleep(0)

    asyncio.run(main())
    told = lines(output.getvalue())
    assert [line["error"] for line in told] == ["ValueError", "ValueError"]


def test_what_a_library_logs_keeps_its_template_alone(output: io.StringIO) -> None:
    logging.getLogger("library").warning("refused %s", WORDS)
    logging.getLogger("library").error("a task failed\nexception=ValueError('%s')", WORDS)
    try:
        fail_with_words(WORDS)
    except ValueError:
        logging.getLogger("library").exception("while handling %s", WORDS)
    told = lines(output.getvalue())
    assert [line["event"] for line in told] == ["refused %s", "a task failed", "while handling %s"]


def test_fields_that_may_hold_words_or_secrets_are_dropped(output: io.StringIO) -> None:
    for name in ("body", "frame", "payload", "token", "password", "cookie", "ip", "postal_code", "raw", "text"):
        get_logger().info("a slip", **{name: WORDS})
    assert len(lines(output.getvalue())) == 10
