"""The run directory: one a start, for its owner alone, gone at the end, and swept later if the launcher was killed."""

import fcntl
import os
import shutil
import tempfile
import time
from pathlib import Path

PREFIX = "havre-run-"
_LOCK = "lock"
_YOUNG_S = 10


class RunDir:
    """A temporary folder with an advisory lock that lasts as long as this process."""

    def __init__(self) -> None:
        """Make it, readable by nobody else."""
        self.path = Path(tempfile.mkdtemp(prefix=PREFIX))
        self._lock = os.open(self.path / _LOCK, os.O_CREAT | os.O_RDWR | os.O_CLOEXEC, 0o600)
        fcntl.flock(self._lock, fcntl.LOCK_EX)
        (self.path / "logs").mkdir()

    def log(self, name: str) -> Path:
        """Return the log file of one part."""
        return self.path / "logs" / f"{name}.log"

    def remove(self) -> None:
        """Remove it with all that it holds."""
        shutil.rmtree(self.path)
        os.close(self._lock)


def sweep() -> None:
    """Remove the run directories of this user's launchers that were killed without a chance to do it themselves."""
    for path in Path(tempfile.gettempdir()).glob(f"{PREFIX}*"):
        if _abandoned(path):
            shutil.rmtree(path, ignore_errors=True)  # another launcher may be sweeping the same one


def _abandoned(path: Path) -> bool:
    try:
        if time.time() - path.stat().st_mtime < _YOUNG_S:
            return False  # perhaps made a moment ago and not locked yet
        lock = os.open(path / _LOCK, os.O_RDWR | os.O_CLOEXEC)
    except OSError:
        return False  # another user's, or just being made or removed
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    else:
        return True
    finally:
        os.close(lock)
