"""What the router does with an event and with a question: look up, say."""

from collections.abc import Awaitable, Callable
from datetime import datetime
from uuid import NAMESPACE_URL, uuid5

from services.router import metrics
from services.router.domain import LocalCommune, Place, Territory, queue
from shared.contracts.envelope import Event, derived_id
from shared.contracts.gateway import ConversationOpened
from shared.contracts.router import Commune, ConversationRouted, PlaceQuery, PlaceReply, TerritoryRefreshed
from shared.tables.watched import Watched

Publish = Callable[[Event], Awaitable[None]]


class Router:
    """The handlers. ``territory`` is the table in force, whichever that is at the moment of a message."""

    def __init__(self, territory: Watched[Territory], publish: Publish) -> None:
        self._territory = territory
        self._publish = publish

    async def opened(self, event: ConversationOpened) -> None:
        """Say who answers a conversation. A redelivered event leads to the same event id, which the stream drops."""
        routed = routed_by(self._territory.value, event)
        await self._publish(routed)
        metrics.ROUTED.labels(routed.force, routed.category, routed.basis).inc()

    async def place(self, query: PlaceQuery) -> PlaceReply:
        """Say what a postal code leads to."""
        return reply_of(self._territory.value.place(query.postal_code, query.commune))


def routed_by(territory: Territory, event: ConversationOpened) -> ConversationRouted:
    """Return the fact that follows from ``event``."""
    route = territory.route(event.postal_code, event.commune)
    return ConversationRouted(
        id=derived_id(event.id, "routed"),
        causation_id=event.id,
        trace=event.trace,
        conversation_id=event.conversation_id,
        category=event.category,
        audience=event.audience,
        language=event.language,
        force=route.force,
        department=route.department,
        commune=route.commune.insee if route.commune else None,
        commune_name=route.commune.name if route.commune else None,
        unit=route.unit,
        queue=queue(route.force, event.category),
        basis=route.basis,
    )


def reply_of(place: Place) -> PlaceReply:
    """Return a place as its contract."""
    return PlaceReply(
        postal_code=place.postal_code,
        communes=[_commune(one) for one in place.communes],
        ask_commune=place.ask_commune,
        forces=list(place.forces),
    )


def _commune(one: LocalCommune) -> Commune:
    return Commune(insee=one.insee, name=one.name, forces=list(one.forces), service=one.service)


def refreshed(territory: Watched[Territory], now: datetime) -> TerritoryRefreshed:
    """Return the fact that the table was taken: of one id for all instances that take the same file."""
    table, stamp = territory.value.table, territory.stamp
    return TerritoryRefreshed(
        id=uuid5(NAMESPACE_URL, f"{TerritoryRefreshed.TYPE}:{table.digest}:{stamp.modified_ns}"),
        digest=table.digest,
        edition=table.edition,
        source=table.source,
        communes=len(table.rows),
        taken_at=now,
    )
