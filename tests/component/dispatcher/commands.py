"""The commands about staff, run as whoever runs the system does: in a process of their own.

Most are forked from one that has everything imported: starting Python and importing takes ten times as long as the
command itself. ``apart`` starts one from nothing, as a person does.
"""

import asyncio
import multiprocessing
import os
import sys
from asyncio import create_subprocess_exec, subprocess
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from tempfile import TemporaryDirectory

from services.dispatcher.cli import main
from tests.component.dispatcher.office import write_authority
from tests.servers import NatsServer, ValkeyServer

_FORKS = multiprocessing.get_context("forkserver")
_FORKS.set_forkserver_preload([__name__])


@dataclass
class Command:
    """``python -m services.dispatcher ...`` as one NATS user, with what its environment adds."""

    nats: NatsServer
    valkey: ValkeyServer
    user: str = "dispatcher"
    extra: Mapping[str, str] = field(default_factory=dict)
    apart: bool = False

    async def __call__(self, *words: str) -> tuple[int | None, str]:
        """Run it; return its exit status and what it said, both streams together."""
        with TemporaryDirectory() as name:
            folder = Path(name)
            environment = self._environment(write_authority(folder))
            if self.apart:
                return await _started(words, environment)
            return await asyncio.to_thread(_forked, words, environment, folder / "said")

    def _environment(self, authority: Path) -> dict[str, str]:
        fields = {**self.nats.as_user(self.user), **self.valkey.as_user("dispatcher")}
        return {
            **os.environ,
            "HAVRE_STAFF_AUTHORITY_KEY": str(authority),
            **{f"HAVRE_{name.upper()}": value for name, value in fields.items()},
            **self.extra,
        }


async def _started(words: tuple[str, ...], environment: dict[str, str]) -> tuple[int | None, str]:
    process = await create_subprocess_exec(
        *(sys.executable, "-m", "services.dispatcher", *words),
        env=environment,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
    )
    output, _ = await process.communicate()
    return process.returncode, output.decode().strip()


def _forked(words: tuple[str, ...], environment: dict[str, str], said: Path) -> tuple[int | None, str]:
    process = _FORKS.Process(target=_run, args=(words, environment, said))
    process.start()
    process.join()
    return process.exitcode, said.read_text().strip()


def _run(words: tuple[str, ...], environment: dict[str, str], said: Path) -> None:
    """Be the command: with this environment alone, and all that is said in one file."""
    with said.open("wb") as output, Path(os.devnull).open("rb") as nothing:
        for stream, number in ((nothing, 0), (output, 1), (output, 2)):
            os.dup2(stream.fileno(), number)
    os.environ.clear()
    os.environ.update(environment)
    raise SystemExit(main(list(words)))
