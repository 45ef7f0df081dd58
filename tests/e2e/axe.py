"""Ask axe-core (an npm development dependency of the pages) what a person with a disability would stumble over."""

from functools import cache
from pathlib import Path
from typing import Any

from playwright.async_api import Page

AXE = Path(__file__).resolve().parents[2] / "node_modules" / "axe-core" / "axe.min.js"
RUN = "axe.run(document, {resultTypes: ['violations']})"


@cache
def _source() -> str:
    return AXE.read_text(encoding="utf-8")


async def violations(page: Page) -> list[str]:
    """Return one line for each broken rule of the page as it stands: rule, impact, how often, first element.

    Works under the pages' strict policy: the script comes through the browser's debugger, not through the page.
    """
    await page.evaluate(_source())
    result: dict[str, Any] = await page.evaluate(RUN)
    return [
        f"{rule['id']} ({rule['impact']}) x{len(rule['nodes'])}: {rule['nodes'][0]['html']}"
        for rule in result["violations"]
    ]
