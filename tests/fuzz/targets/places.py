"""Looking up a place and help near it, for whatever stands in a query that its contract lets through."""

from datetime import UTC, datetime
from random import Random

from pydantic import ValidationError

from infra.docs import contracts_found
from services.referral import directory
from services.referral.domain import Directory
from services.router import table
from services.router.domain import Territory
from services.router.handlers import reply_of
from shared.contracts.referral import NearbyQuery
from shared.geography import table as communes
from shared.geography.country import Country
from tests.fuzz import spoil
from tests.fuzz.grammar import HOSTILE_TEXTS, Grammar
from tests.fuzz.target import Target

NOW = datetime(2026, 3, 14, 22, 30, tzinfo=UTC)
CODES = ("95300", "75011", "2A004", "20090", "97400", "98000", "00700", "95500", "1", "F-95 300", "95300 CEDEX", "é")


def _code(rng: Random) -> str:
    good = rng.choice(CODES) if rng.random() < 0.6 else f"{rng.randrange(100_000):05}"
    return spoil.text(good, rng) if rng.random() < 0.3 else good


def _router(country: Country) -> Target:
    territory = Territory(country, table.read())

    def make(rng: Random) -> tuple[str, str | None]:
        return _code(rng), rng.choice((None, None, "95500", "2A004", "75056", *HOSTILE_TEXTS))

    def feed(given: tuple[str, str | None]) -> tuple[str, str]:
        territory.route(*given)
        return "accepted", ("" if reply_of(territory.place(*given)).forces else "nobody answers")

    return Target("router: places", make, feed, weight=2)


def _referral(country: Country) -> Target:
    lines, _ = directory.read(directory.SHIPPED_HELPLINES)
    entries, digest = directory.read(directory.SHIPPED)
    found = Directory(country, [*lines, *entries], digest)
    queries = contracts_found.queries()
    grammar = Grammar(contracts_found.schemas(contracts_found.events(), queries))

    def make(rng: Random) -> object:
        query = grammar.make({"$ref": NearbyQuery.__name__}, rng)
        query = {
            **query,
            "postal_code": rng.choice((None, _code(rng))),
            "text": rng.choice((None, "Mai", "paris", "é %")),
        }
        return spoil.value(query, rng) if rng.random() < 0.4 else query

    def feed(given: object) -> tuple[str, str]:
        try:
            query = NearbyQuery.model_validate(given)
        except ValidationError:
            return "invalid", ""
        found.nearby(query, NOW)
        return "accepted", ""

    return Target("referral: help nearby", make, feed, weight=1)


def targets() -> list[Target]:
    """Return them."""
    country = communes.load()
    return [_router(country), _referral(country)]
