"""The commands about staff, run as whoever runs the system does."""

import os
import sys
from asyncio import create_subprocess_exec, subprocess
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from tempfile import TemporaryDirectory

from tests.component.dispatcher.office import write_authority
from tests.servers import NatsServer, ValkeyServer


@dataclass
class Command:
    """``python -m services.dispatcher ...`` as one NATS user, with what its environment adds."""

    nats: NatsServer
    valkey: ValkeyServer
    user: str = "dispatcher"
    extra: Mapping[str, str] = field(default_factory=dict)

    async def __call__(self, *words: str) -> tuple[int | None, str]:
        """Run it; return its exit status and what it said, both streams together."""
        with TemporaryDirectory() as folder:
            return await self._run(words, write_authority(Path(folder)))

    async def _run(self, words: tuple[str, ...], authority: Path) -> tuple[int | None, str]:
        env = {
            **os.environ,
            "HAVRE_VALKEY_URL": self.valkey.url,
            "HAVRE_STAFF_AUTHORITY_KEY": str(authority),
            **{f"HAVRE_{name.upper()}": value for name, value in self.nats.as_user(self.user).items()},
            **self.extra,
        }
        process = await create_subprocess_exec(
            sys.executable,
            "-m",
            "services.dispatcher",
            *words,
            env=env,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
        )
        output, _ = await process.communicate()
        return process.returncode, output.decode().strip()
