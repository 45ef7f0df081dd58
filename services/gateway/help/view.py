"""Rendering and routes of the page. When referral does not answer, or this address has asked it very
often, the national numbers still stand on it."""

from pathlib import Path

from aiohttp import web
from faststream.nats import NatsBroker
from jinja2 import Environment, FileSystemLoader, StrictUndefined
from pydantic import ValidationError

from services.gateway.doors import Doors
from services.gateway.help import words
from shared.bodies import form_of
from shared.broker import QueryRefused, QueryUnavailable, ask
from shared.contracts.conversation import Category
from shared.contracts.referral import NearbyQuery, NearbyReply
from shared.logs import get_logger
from shared.subjects import NEARBY

NUMBERS = ("39 19", "116 006", "119", "30 18", "31 14")
"""Shown when the directory cannot be: women, victims, children, harassment, thoughts of suicide."""


class HelpPage:
    """``/aide``: GET shows the form, POST answers it. POST, so that no place stands in an address or a history.

    Its style sheet and its script are built with the visitor's page; without either it still works.
    """

    def __init__(self, broker: NatsBroker, exit_url: str, doors: Doors) -> None:
        self._broker = broker
        self._doors = doors
        self._exit_url = exit_url
        jinja = Environment(
            loader=FileSystemLoader(Path(__file__).parent),
            autoescape=True,
            undefined=StrictUndefined,
            auto_reload=False,
            trim_blocks=True,
            lstrip_blocks=True,
        )
        jinja.globals.update(hours=words.hours, date=words.date, distance=words.distance)
        self._template = jinja.get_template("page.html")

    def routes(self) -> list[web.RouteDef]:
        """Return the routes of the page."""
        return [web.get("/aide", self.form), web.post("/aide", self.answer)]

    async def form(self, request: web.Request) -> web.Response:
        """Answer with the empty form and the helplines."""
        language = words.language_of(request.query.get("langue"))
        wait = await self._doors.look_up(await self._doors.who(request))
        return self._page(language, "", None, None if wait else await self._nearby("", None))

    async def answer(self, request: web.Request) -> web.Response:
        """Answer with help near the place, for the subject."""
        sent = await form_of(request)
        place = sent.get("lieu", "").strip()[:64]
        subject = sent.get("sujet", "")
        category = Category(subject) if subject in set(Category) else None
        language = words.language_of(sent.get("langue", ""))
        if wait := await self._doors.look_up(await self._doors.who(request)):
            page = self._page(language, place, category, None, searched=True, crowded=True)
            page.set_status(429)
            page.headers["Retry-After"] = str(wait)
            return page
        return self._page(language, place, category, await self._nearby(place, category), searched=True)

    def _page(
        self,
        language: str,
        place: str,
        category: Category | None,
        reply: NearbyReply | None,
        *,
        searched: bool = False,
        crowded: bool = False,
    ) -> web.Response:
        html = self._template.render(
            language=language,
            words=words.words_of(language),
            place=place,
            category=category,
            categories=list(Category),
            searched=searched,
            crowded=crowded,
            reply=reply,
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
