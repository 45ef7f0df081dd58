"""Demo staff of both forces, made by the dispatcher's own command as a real administrator would."""

import asyncio
import secrets
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from infra.local.children import die_with_parent
from infra.local.failure import LaunchFailed

PASSWORD_VARIABLE = "HAVRE_DEMO_PASSWORD"  # noqa: S105 - the name of a variable, not a password


@dataclass(frozen=True)
class Login:
    """One demo account."""

    login: str
    force: str
    password: str


DEMO_STAFF = (
    ("police1", "police"),
    ("police2", "police"),
    ("gendarmerie1", "gendarmerie"),
    ("gendarmerie2", "gendarmerie"),
)


def demo_logins(password: str | None) -> list[Login]:
    """Return the demo accounts, all with ``password``, or with a new one that only this start knows."""
    chosen = password or f"demo-{secrets.token_hex(4)}"
    return [Login(login, force, chosen) for login, force in DEMO_STAFF]


async def add(login: Login, env: Mapping[str, str], cwd: Path) -> None:
    """Create one account. Raises ``LaunchFailed`` with the command's own last line when it refuses."""
    process = await asyncio.create_subprocess_exec(
        sys.executable,
        "-m",
        "services.dispatcher",
        "account",
        "add",
        login.login,
        "--force",
        login.force,
        "--password-env",
        PASSWORD_VARIABLE,
        env={**env, PASSWORD_VARIABLE: login.password},
        cwd=cwd,
        preexec_fn=die_with_parent,
        stdin=asyncio.subprocess.DEVNULL,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.STDOUT,
    )
    try:
        output, _ = await process.communicate()
    except asyncio.CancelledError:
        process.kill()
        await process.wait()
        raise
    if process.returncode:
        lines = output.decode(errors="replace").strip().splitlines()
        raise LaunchFailed(f"account {login.login} was not created: {lines[-1] if lines else 'no reason given'}")
