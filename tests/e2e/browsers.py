"""Which browser the tests drive, and how it is started."""

import os
import shutil

NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
ARGUMENTS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
HOW = "no browser found: install Debian's `chromium` (apt-get install chromium), or name one in HAVRE_TEST_BROWSER"


def executable() -> str:
    """Return the path of a Chromium. Raises ``RuntimeError`` that says how to get one."""
    named = os.environ.get("HAVRE_TEST_BROWSER")
    found = named or next(filter(None, map(shutil.which, NAMES)), None)
    if not found:
        raise RuntimeError(HOW)
    return found
