"""Demo staff of both forces, made by the dispatcher's own command as a real administrator would."""

import asyncio
import secrets
import sys
from collections.abc import Mapping, Sequence
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


async def add_all(logins: Sequence[Login], env: Mapping[str, str], cwd: Path) -> None:
    """Create the accounts, whose password is one. Raises ``LaunchFailed`` with the command's own last line."""
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "infra.local.staff"),
        *(f"{login.login}:{login.force}" for login in logins),
        env={**env, PASSWORD_VARIABLE: logins[0].password},
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
        raise LaunchFailed(f"demo staff were not created: {lines[-1] if lines else 'no reason given'}")


def main(accounts: Sequence[str]) -> int:
    """Run the dispatcher's command for each ``login:force``, all in one process, which starting up takes most of."""
    from services.dispatcher.cli import main as dispatcher

    for account in accounts:
        login, force = account.split(":")
        command = ["account", "add", login, "--force", force, "--password-env", PASSWORD_VARIABLE]
        if status := dispatcher(command):
            return status
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
