"""Which browser the tests drive, how it is started, and what it complains of while it is driven."""

import os
import re
import shutil

from playwright.async_api import BrowserContext, ConsoleMessage, expect

from tests.patience import PATIENCE_S
from tests.servers import eventually

expect.set_options(timeout=PATIENCE_S * 1_000)

NAMES = ("chromium-headless-shell", "chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
"""The headless shell first: the same engine without the windows, tabs and toolbars that nobody sees here."""
ARGUMENTS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
HOW = "no browser found: install Debian's `chromium-headless-shell` or `chromium`, or name one in HAVRE_TEST_BROWSER"


def executable() -> str:
    """Return the path of a Chromium. Raises ``RuntimeError`` that says how to get one."""
    named = os.environ.get("HAVRE_TEST_BROWSER")
    found = named or next(filter(None, map(shutil.which, NAMES)), None)
    if not found:
        raise RuntimeError(HOW)
    return found


EXPECTED = ("WebSocket connection", "net::ERR", "status of 401", "status of 429")
"""Console errors that are no fault: a connection cut, not logged in yet, too much asked."""

LATE = re.compile(r"status of 403 .*/api/staff/")
"""No fault either: notes were asked for as their conversation went to somebody else, or ended."""

_REPORT = """
document.addEventListener("securitypolicyviolation", (found) =>
  console.error(`policy broken: ${found.effectiveDirective} by ${found.blockedURI} ${found.sample}`));
"""
"""Told by the page itself: Chromium says some refusals in other words, or not in the console at all."""


class Watch:
    """Everything that pages break while a test runs: content policy, Trusted Types, uncaught errors, console errors.

    A test that opens pages hands each of its contexts to ``over`` before the first page, and asserts at its end that
    ``complaints`` is empty; the fixtures of ``conftest.py`` do both.
    """

    def __init__(self) -> None:
        self.complaints: list[str] = []

    async def over(self, context: BrowserContext) -> None:
        """Listen to every page that ``context`` opens from now on, new tabs included."""
        await context.add_init_script(_REPORT)
        context.on("console", self._note)
        context.on("weberror", lambda found: self.complaints.append(f"script error: {found.error.message}"))

    async def heard(self, *texts: str) -> None:
        """Wait until each of ``texts``, which a test has provoked, was complained of; then forget it all."""

        async def all_heard() -> bool:
            return all(any(text in found for found in self.complaints) for text in texts)

        await eventually(all_heard, otherwise=lambda: f"{texts} expected, but only {self.complaints}")
        self.complaints.clear()

    def _note(self, message: ConsoleMessage) -> None:
        said = f"{message.text} {message.location.get('url', '')}".strip()
        if message.type == "error" and not any(text in said for text in EXPECTED) and not LATE.search(said):
            self.complaints.append(said)
