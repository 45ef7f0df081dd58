"""Rendering and routes of the page. When referral does not answer, the national numbers still stand on it."""

import json
from functools import cache
from pathlib import Path

from aiohttp import web
from faststream.nats import NatsBroker
from jinja2 import Environment, FileSystemLoader, StrictUndefined
from pydantic import ValidationError

from shared.broker import QueryRefused, QueryUnavailable, ask
from shared.contracts.conversation import Category
from shared.contracts.referral import NearbyQuery, NearbyReply
from shared.logs import get_logger
from shared.subjects import NEARBY

HERE = Path(__file__).parent
NUMBERS = ("17", "112", "114", "3919", "119", "116 006")
"""Shown when nothing else can be: emergency, women, children, victims."""
LANGUAGES = ("fr", "en")


@cache
def _words(language: str) -> dict[str, str]:
    words: dict[str, str] = json.loads((HERE / "messages" / f"{language}.json").read_text())
    return words


def language_of(asked: str | None) -> str:
    """Return the page's language: the one asked for where there is a catalogue, else French."""
    return asked if asked in LANGUAGES else LANGUAGES[0]


class HelpPage:
    """``/aide``: GET shows the form, POST answers it. POST, so that no place stands in an address or a history."""

    def __init__(self, broker: NatsBroker, exit_url: str) -> None:
        self._broker = broker
        self._exit_url = exit_url
        jinja = Environment(
            loader=FileSystemLoader(HERE), autoescape=True, undefined=StrictUndefined, auto_reload=False
        )
        self._template = jinja.get_template("page.html")
        self._css = (HERE / "page.css").read_bytes()

    def routes(self) -> list[web.RouteDef]:
        """Return the routes of the page and its style."""
        return [web.get("/aide", self.form), web.post("/aide", self.answer), web.get("/aide.css", self.style)]

    async def style(self, _request: web.Request) -> web.Response:
        """Answer with the style sheet."""
        return web.Response(body=self._css, content_type="text/css", charset="utf-8")

    async def form(self, request: web.Request) -> web.Response:
        """Answer with the empty form and the helplines."""
        return await self._page(language_of(request.query.get("langue")), "", None, searched=False)

    async def answer(self, request: web.Request) -> web.Response:
        """Answer with help near the place, for the subject."""
        sent = await request.post()
        place = str(sent.get("lieu", "")).strip()[:64]
        subject = str(sent.get("sujet", ""))
        category = Category(subject) if subject in set(Category) else None
        return await self._page(language_of(str(sent.get("langue", ""))), place, category, searched=True)

    async def _page(self, language: str, place: str, category: Category | None, *, searched: bool) -> web.Response:
        html = self._template.render(
            language=language,
            words=_words(language),
            place=place,
            category=category,
            categories=list(Category),
            searched=searched,
            reply=await self._nearby(place, category),
            numbers=NUMBERS,
            exit_url=self._exit_url,
        )
        return web.Response(text=html, content_type="text/html")

    async def _nearby(self, place: str, category: Category | None) -> NearbyReply | None:
        try:
            query = NearbyQuery(postal_code=place or None, category=category)
            return await ask(self._broker, NEARBY, query, NearbyReply)
        except (QueryUnavailable, QueryRefused, ValidationError) as error:
            get_logger().warning("help_not_answered", error=error)
            return None
