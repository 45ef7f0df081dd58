"""The pages' own sealing code in a real browser: for vectors, for the store that only a browser has, for the bench."""

import asyncio
import subprocess
import tempfile
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

from playwright.async_api import Page, Route, async_playwright

from tests.e2e.browsers import ARGUMENTS, executable

ROOT = Path(__file__).resolve().parents[2]
ENTRY = ROOT / "shared" / "web" / "sealing" / "harness.fixture.ts"
SITE = "https://sealing.test/"
"""Answered by the test itself: WebCrypto and IndexedDB want a secure origin, and no network is needed for that."""


async def bundle() -> str:
    """Return the harness and all it needs as one script that defines ``harness``."""
    with tempfile.TemporaryDirectory() as folder:
        out = Path(folder) / "harness.js"
        command = ["sh", "infra/setup/node.sh", ".venv", "npx", "rolldown", str(ENTRY),
                   "--file", str(out), "--format", "iife", "--name", "harness"]  # fmt: skip
        await asyncio.to_thread(subprocess.run, command, cwd=ROOT, check=True, capture_output=True)
        return out.read_text(encoding="utf-8")


@asynccontextmanager
async def sealing_page() -> AsyncIterator[Page]:
    """Open a page in Chromium that has the harness."""
    script = await bundle()

    async def answer(route: Route) -> None:
        await route.fulfill(body="<!doctype html><title>sealing</title>", content_type="text/html")

    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(executable_path=executable(), args=ARGUMENTS)
        try:
            page = await browser.new_page()
            await page.route("**/*", answer)
            await page.goto(SITE)
            await page.add_script_tag(content=script)
            yield page
        finally:
            await browser.close()
