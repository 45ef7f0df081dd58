"""``python -m infra.valkey``: become a Valkey server, configured without a file; for a container.

Its own password comes from ``HAVRE_VALKEY_PASSWORD``, those of the services that use it from
``HAVRE_VALKEY_PASSWORD_GATEWAY`` and ``..._DISPATCHER``.
"""

import argparse
import os
import sys
import tempfile
from collections.abc import MutableMapping
from pathlib import Path

from infra.local.binaries import valkey_server
from infra.local.failure import LaunchFailed
from infra.valkey.config import StoreOptions, render
from infra.valkey.permissions import USERS

OWN = "HAVRE_VALKEY_PASSWORD"


def password_of(user: str) -> str:
    """Return the variable by which the server is told a user's password."""
    return f"{OWN}_{user.upper()}"


def take(environment: MutableMapping[str, str], variable: str) -> str:
    """Return a password and leave it no longer in the environment. Raises ``SystemExit`` when it is missing."""
    if not (password := environment.pop(variable, "")):
        sys.exit(f"set {variable}: every user of the memory store needs a password")
    return password


def main() -> None:
    """Hand the configuration over on standard input and replace this process by the server."""
    parser = argparse.ArgumentParser(prog="python -m infra.valkey", description=__doc__)
    parser.add_argument("--host", default="127.0.0.1")
    parser.add_argument("--port", type=int, default=6379)
    parser.add_argument("--memory-mb", type=int, default=512, help="memory for conversations, in MiB")
    arguments = parser.parse_args()
    options = StoreOptions(
        port=arguments.port,
        password=take(os.environ, OWN),
        users={user: take(os.environ, password_of(user)) for user in USERS},
        work_dir=Path(tempfile.gettempdir()),
        host=arguments.host,
        memory_mb=arguments.memory_mb,
    )
    try:
        binary = valkey_server()
    except LaunchFailed as failure:
        sys.exit(str(failure))
    reader, writer = os.pipe()
    os.write(writer, render(options).encode())
    os.close(writer)
    os.dup2(reader, 0)
    os.execv(binary, [str(binary), "-"])  # noqa: S606 - this process becomes the server, so that signals reach it


if __name__ == "__main__":
    main()
