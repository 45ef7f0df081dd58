"""``python -m services.signalement partner``: commands about partners."""

import argparse
import asyncio
import sys
from collections.abc import Callable, Coroutine
from typing import Any

import nats.errors
import nats.js.errors
from pydantic import ValidationError

from services.signalement.partners.cli import add_commands
from shared.audit.writing import AuditAway

Command = Callable[[argparse.Namespace], Coroutine[Any, Any, None]]


def main(arguments: list[str]) -> int:
    """Run one command; return its exit status. What went wrong is one line on standard error."""
    parser = argparse.ArgumentParser(prog="python -m services.signalement")
    add_commands(parser.add_subparsers(required=True, metavar="partner"))
    asked = parser.parse_args(arguments)
    command: Command = asked.command
    try:
        asyncio.run(command(asked))
    except ValidationError as error:
        return _fail("; ".join(f"{'.'.join(map(str, item['loc']))}: {item['msg']}" for item in error.errors()))
    except ValueError as error:
        return _fail(str(error))
    except AuditAway:
        return _fail("nothing was changed: it could not be written into the audit")
    except nats.js.errors.Error as error:
        return _fail(f"NATS refused it ({type(error).__name__}); are the streams declared?")
    except (nats.errors.Error, TimeoutError) as error:
        return _fail(f"NATS does not answer, or not to this user ({type(error).__name__}); is the system running?")
    except OSError as error:
        return _fail(str(error))
    return 0


def _fail(sentence: str) -> int:
    print(sentence, file=sys.stderr)
    return 1
