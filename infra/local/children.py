"""One child process: started so that it cannot outlive its parent, with its output in one log file."""

import contextlib
import ctypes
import json
import os
import resource
import signal
import subprocess
import sys
import time
from collections.abc import Mapping, Sequence
from pathlib import Path

_PR_SET_PDEATHSIG = 1
_LIBC = ctypes.CDLL(None) if sys.platform == "linux" else None
_TAIL_BYTES = 8_192
_SENTENCE = 300


def die_with_parent(number: signal.Signals = signal.SIGKILL) -> None:
    """Have the kernel send ``number`` to this process when the thread that started it ends (Linux only)."""
    if _LIBC is not None:
        _LIBC.prctl(_PR_SET_PDEATHSIG, int(number))


class Child:
    """A process that can be started again and again; start it from a thread that lives as long as it shall."""

    def __init__(
        self,
        name: str,
        argv: Sequence[str],
        env: Mapping[str, str],
        log: Path,
        feed: bytes = b"",
        cwd: Path | None = None,
    ) -> None:
        """Keep what starting needs. ``feed`` is written to its standard input (a configuration with secrets)."""
        self.name = name
        self.argv = list(argv)
        self.env = dict(env)
        self.log = log
        self.started_at = 0.0
        self._feed = feed
        self._cwd = cwd
        self._process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        """Start it; a no-op while it runs. Raises ``OSError`` when the program cannot be run at all."""
        if self.alive:
            return
        parent = os.getpid()

        def prepare() -> None:
            resource.setrlimit(resource.RLIMIT_CORE, (0, 0))  # a core dump would write conversations to the disk
            die_with_parent()
            if os.getppid() != parent:
                os._exit(1)

        with self.log.open("ab") as output:
            # A process group of its own: Ctrl-C at the terminal reaches the launcher alone, which stops all in order.
            self._process = subprocess.Popen(
                self.argv,
                stdin=subprocess.PIPE,
                stdout=output,
                stderr=subprocess.STDOUT,
                env=self.env,
                cwd=self._cwd,
                process_group=0,
                preexec_fn=prepare,  # noqa: PLW1509 - the parent has no lock-holding threads when it starts children
            )
        self.started_at = time.monotonic()
        if self._process.stdin is not None:
            # It may have died at once; whoever waits for it reads why in its log.
            with contextlib.suppress(BrokenPipeError), self._process.stdin as feed:
                feed.write(self._feed)

    @property
    def alive(self) -> bool:
        """Whether it runs now."""
        return self._process is not None and self._process.poll() is None

    @property
    def pid(self) -> int | None:
        """Its process id while it runs."""
        return self._process.pid if self._process is not None and self.alive else None

    @property
    def exit_code(self) -> int | None:
        """How it ended (negative: killed by that signal); None while it runs or before it was started."""
        return None if self._process is None else self._process.poll()

    def send(self, number: signal.Signals) -> None:
        """Send a signal; nothing happens when it has ended already."""
        if self._process is not None and self.alive:
            self._process.send_signal(number)

    def wait(self, within_s: float) -> bool:
        """Wait until it has ended; return whether it has within that time."""
        if self._process is not None:
            try:
                self._process.wait(within_s)
            except subprocess.TimeoutExpired:
                return False
        return True

    def kill(self) -> None:
        """End it at once, as a crash would, and wait until it is gone."""
        self.send(signal.SIGKILL)
        if self._process is not None:
            self._process.wait()

    def ending(self) -> str:
        """Return how it ended in words: ``exit 1`` or ``signal SIGKILL``."""
        code = self.exit_code
        if code is None:
            return "running"
        return f"signal {signal.Signals(-code).name}" if code < 0 else f"exit {code}"

    def last_words(self) -> str:
        """Return the last thing that its log says, as one line: an exception, an error event, or plain text."""
        if not self.log.exists():
            return ""
        with self.log.open("rb") as file:
            file.seek(max(0, self.log.stat().st_size - _TAIL_BYTES))
            lines = [line for line in file.read().decode(errors="replace").splitlines() if line.strip()]
        return _summary(lines)[:_SENTENCE]


def _summary(lines: list[str]) -> str:
    if not lines:
        return ""
    if not lines[-1].startswith("{"):
        return _exception(lines) or lines[-1].strip()
    try:
        event = json.loads(lines[-1])
    except ValueError:
        return lines[-1]
    return " ".join(str(event[key]) for key in ("event", "error", "at") if key in event)


def _exception(lines: list[str]) -> str:
    """Return the exception that a traceback at the end names, with the lines of its message."""
    starts = [index for index, line in enumerate(lines) if line.startswith("Traceback ")]
    if not starts:
        return ""
    for index in range(starts[-1] + 1, len(lines)):
        if not lines[index].startswith(" "):
            message = [line.strip() for line in lines[index:] if "For further information" not in line]
            return "; ".join(message)
    return ""
