"""Structured logs: one JSON object a line on stdout, with ids, never bodies.

The processor chain ends with a guard: a field whose name may hold what a person wrote is dropped, so that a slip in one
call cannot put a chat on a disk (P1).
"""

import logging
import sys
from typing import Any

import structlog
from structlog.typing import EventDict, WrappedLogger

FORBIDDEN = frozenset(
    {
        "body",
        "bodies",
        "frame",
        "payload",
        "token",
        "password",
        "cookie",
        "ip",
        "remote",
        "postal_code",
        "raw",
        "text",
    }
)


def drop_private_fields(_logger: WrappedLogger, _method: str, event: EventDict) -> EventDict:
    """Remove every field that could hold content, a secret or an address."""
    for name in FORBIDDEN.intersection(event):
        event[name] = "[dropped]"
    return event


def describe_error(_logger: WrappedLogger, _method: str, event: EventDict) -> EventDict:
    """Keep an exception's type and the lines it passed through, not its message, which may quote an input."""
    error = event.pop("error", None)
    if isinstance(error, BaseException):
        event["error"] = type(error).__name__
        frames = []
        trace = error.__traceback__
        while trace:
            frames.append(f"{trace.tb_frame.f_code.co_filename.rsplit('/', 1)[-1]}:{trace.tb_lineno}")
            trace = trace.tb_next
        event["at"] = frames[-3:]
    elif error is not None:
        event["error"] = error
    return event


def configure(service: str, level: str = "info") -> None:
    """Set up structlog for this process; every line names the ``service``. Library logs below warning are dropped."""
    threshold = logging.getLevelNamesMapping()[level.upper()]
    structlog.configure(
        processors=[
            structlog.contextvars.merge_contextvars,
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            describe_error,
            drop_private_fields,
            structlog.processors.JSONRenderer(),
        ],
        wrapper_class=structlog.make_filtering_bound_logger(threshold),
        logger_factory=structlog.WriteLoggerFactory(sys.stdout),
        cache_logger_on_first_use=True,
    )
    structlog.contextvars.bind_contextvars(service=service)
    logging.basicConfig(level=logging.WARNING, handlers=[_Forward()], force=True)


class _Forward(logging.Handler):
    """Send what libraries log through the same chain: their logger's name and level, not their formatted message.

    A library's message may quote a request or a payload, so only its template is kept.
    """

    def emit(self, record: logging.LogRecord) -> None:
        fields: dict[str, Any] = {"logger": record.name}
        if record.exc_info and record.exc_info[1]:
            fields["error"] = record.exc_info[1]
        template = str(record.msg).partition("\n")[0][:200]  # further lines are what somebody formatted beforehand
        get_logger().log(record.levelno, template, **fields)


def get_logger() -> structlog.typing.FilteringBoundLogger:
    """Return the logger of this process."""
    logger: structlog.typing.FilteringBoundLogger = structlog.get_logger()
    return logger
