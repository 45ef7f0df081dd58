"""``python -m tests.e2e.screenshots [--dark] [--out docs/img]``: a picture of each page, from one scene really played.

Writes ``<page>-<width>.png`` at 360 px and 1280 px. Everything on the pictures is invented; nothing is drawn by hand.
"""

import argparse
import asyncio
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from playwright.async_api import Page, ViewportSize, async_playwright, expect

from infra.local.stack import Stack
from tests.e2e.browsers import ARGUMENTS, executable
from tests.e2e.floor import busy, fill, foretell
from tests.e2e.people import DESK, PHONE, Operator, People, Visitor
from tests.stack import running_stack

IMAGES = Path(__file__).resolve().parents[2] / "docs" / "img"
POLICE, SUPERVISOR, PSYCHOLOGIST = 0, 4, 5
TALL: ViewportSize = {"width": 1280, "height": 1000}
FIRST = "Bonjour. Mon compagnon dort à côté, je ne peux pas parler."
TALK: Sequence[tuple[str, str]] = (
    ("operator", "Bonjour, je vous lis. Ici, on s’écrit sans bruit. Êtes-vous en danger maintenant ?"),
    ("visitor", "Non, il dort. Hier il m’a poussée contre le mur devant les enfants."),
    ("operator", "Ce qu’il a fait est interdit par la loi, et vous n’y êtes pour rien. Êtes-vous blessée ?"),
    ("visitor", "J’ai des bleus au bras. Je ne sais pas si je veux porter plainte."),
    ("operator", "Vous n’avez pas à décider ce soir. Je vous envoie une adresse près de chez vous."),
)
CALLED: Sequence[tuple[str, str]] = (
    ("visitor", "Je ne dors plus. Je sursaute dès qu’une porte claque."),
    ("psychologist", "Bonsoir. Ce que votre corps fait là, il le fait pour vous protéger. Je reste avec vous."),
    ("visitor", "D’accord."),
)
OTHER = "Mon voisin m’insulte chaque jour dans l’escalier parce que je suis lesbienne."


@dataclass(frozen=True)
class Camera:
    """Where the pictures go, and in which colours they are taken."""

    folder: Path
    dark: bool

    async def take(self, page: Page, name: str) -> None:
        """Take the page as one sees it, named for its width. Nothing may have the blinking caret."""
        size = page.viewport_size
        assert size is not None
        path = self.folder / f"{name}-{size['width']}.png"
        await page.screenshot(path=path, animations="disabled", caret="hide", scale="css")
        print(path.name)


async def waiting(people: People, camera: Camera, *, phone: bool) -> Visitor:
    """From the first page to the queue, where the first sentence is written."""
    visitor = await people.visitor(dark=camera.dark, viewport=None if phone else DESK)
    await visitor.page.get_by_role("button", name="Commencer").wait_for()
    await camera.take(visitor.page, "visitor-start")
    await visitor.ask("domestic", "95300", "Victime")
    await visitor.page.get_by_role("button", name="Pontoise").wait_for()
    await camera.take(visitor.page, "visitor-commune")
    await visitor.choose("Pontoise")
    await expect(visitor.page.locator(".standing")).to_contain_text("personne")
    await camera.take(visitor.page, "visitor-waiting")
    await visitor.say(FIRST)
    await expect(visitor.line(FIRST)).to_contain_text("Envoyé")
    return visitor


async def talk(operator: Operator, visitor: Visitor, camera: Camera, held: int) -> None:
    """The conversation that came last of ``held``, up to the card."""
    entries = operator.page.locator(".lines button")
    await expect(entries).to_have_count(held)
    await entries.last.click()
    await expect(operator.line(FIRST)).to_be_visible()
    for by, words in TALK:
        await (operator if by == "operator" else visitor).say(words)
        await expect(visitor.line(words)).to_be_visible()
        await expect(operator.line(words)).to_be_visible()
    await expect(visitor.line(TALK[-2][1])).to_contain_text("Lu")
    await camera.take(visitor.page, "visitor-chat")
    name = await operator.send_card("CIDFF")
    await expect(visitor.line(name)).to_be_visible()
    await camera.take(visitor.page, "visitor-card")


async def help_alone(people: People, camera: Camera, *, phone: bool) -> None:
    """Help near a place, without any chat."""
    page = await people.reader(dark=camera.dark, viewport=None if phone else DESK)
    await camera.take(page, "help")
    await page.locator("#place").fill("33000")
    await page.get_by_role("button", name="Chercher").click()
    await page.locator("#found h3").first.wait_for()
    await camera.take(page, "help-found")


async def play(people: People, camera: Camera) -> None:
    """The scene: two visitors of the same place, one in another matter, one operator."""
    for phone in (True, False):
        await help_alone(people, camera, phone=phone)
    narrow = await people.newcomer(dark=camera.dark, viewport=PHONE)
    await camera.take(narrow.page, "console-login")
    operator = await people.newcomer(dark=camera.dark)
    await camera.take(operator.page, "console-login")
    await operator.log_in(people.logins[POLICE])
    visitors = []
    for phone in (False, True):
        await operator.pause()
        visitors.append(await waiting(people, camera, phone=phone))
        await operator.available()
        await talk(operator, visitors[-1], camera, len(visitors))
    other = await people.visitor()
    await other.ask("discrimination", "95300", "Victime")
    await other.choose("Pontoise")
    await other.say(OTHER)
    await expect(operator.page.locator(".lines .unread")).to_have_count(1)
    await camera.take(operator.page, "console")
    await operator.page.set_viewport_size(PHONE)
    await camera.take(operator.page, "console")
    await operator.page.set_viewport_size(DESK)
    await called(people, camera, operator, visitors[-1])
    for visitor in visitors:
        await visitor.end()
        await expect(visitor.page.get_by_role("heading", level=1)).to_contain_text("effacée")
        await camera.take(visitor.page, "visitor-ended")


async def called(people: People, camera: Camera, operator: Operator, visitor: Visitor) -> None:
    """A psychologist comes into the conversation that is open."""
    psychologist = await people.operator(PSYCHOLOGIST, dark=camera.dark)
    await operator.page.get_by_role("button", name="Appeler un ou une psychologue").click()
    await psychologist.open_first()
    for by, words in CALLED:
        await (psychologist if by == "psychologist" else visitor).say(words)
        for one in (psychologist, operator, visitor):
            await expect(one.line(words)).to_be_visible()
    await camera.take(psychologist.page, "psychologist")
    await camera.take(visitor.page, "visitor-psychologist")
    await psychologist.page.get_by_role("button", name="Quitter l’échange").click()
    await expect(psychologist.page.locator(".lines button")).to_have_count(0)


async def supervise(people: People, camera: Camera, stack: Stack) -> None:
    """The supervisors' page over a busy floor."""
    async with busy(stack) as floor:
        await fill(floor)
        chief = await people.newcomer(dark=camera.dark)
        await chief.log_in(people.logins[SUPERVISOR])
        await chief.pause()
        await chief.page.goto(f"{stack.addresses.console.rstrip('/')}/supervision")
        await chief.page.locator(".ahead table").wait_for()
        await chief.page.set_viewport_size(TALL)
        await camera.take(chief.page, "supervision")


async def main(camera: Camera, *, only: bool = False) -> None:
    """Start everything, play the scenes (or ``only`` the supervisors'), stop everything."""
    camera.folder.mkdir(parents=True, exist_ok=True)
    async with running_stack() as stack, async_playwright() as playwright:
        browser = await playwright.chromium.launch(executable_path=executable(), args=ARGUMENTS)
        async with People(browser, stack) as people:
            await foretell(stack)
            if not only:
                await play(people, camera)
            await supervise(people, camera, stack)
        await browser.close()


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description="Take a picture of each page at 360 px and 1280 px.")
    parser.add_argument("--dark", action="store_true", help="as in a dark room")
    parser.add_argument("--out", type=Path, default=IMAGES, help="folder of the pictures")
    parser.add_argument("--supervision", action="store_true", help="the supervisors' page alone")
    asked = parser.parse_args()
    asyncio.run(main(Camera(asked.out, asked.dark), only=asked.supervision))
