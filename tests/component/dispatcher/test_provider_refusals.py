"""Whom the identity provider does not bring in: wrong tokens, wrong people, wrong browsers (O9)."""

import pytest

from services.dispatcher.staff.accounts import Accounts
from tests.component.dispatcher.oidc import OPERATOR, Open, Way, account_of
from tests.component.dispatcher.people import Place
from tests.provider.running import TheProvider, query_of

WRONG_TOKENS: dict[str, dict[str, object]] = {
    "made for another console": {"aud": "another-client"},
    "made for several, one of which is another": {"aud": ["another-client"]},
    "with another nonce": {"nonce": "a nonce of another login"},
    "by another issuer": {"iss": "https://evil.example"},
    "that is over": {"exp": 1_000_000_000},
    "that names another as the one who asked": {"azp": "another-client"},
    "of another access token": {"at_hash": "AAAAAAAAAAAAAAAAAAAAAA"},
}


@pytest.mark.parametrize("wrong", WRONG_TOKENS.values(), ids=WRONG_TOKENS.keys())
async def test_an_id_token_lets_nobody_in(
    console: Open, provider: TheProvider, place: Place, wrong: dict[str, object]
) -> None:
    await provider.knows("s3", **{**OPERATOR, "preferred_username": "police3", **wrong})
    way = await console()
    assert await way.returns(await provider.consents(await way.begins(), "s3")) == "/#login=refused"
    assert (await way.me()).status == 401
    assert await account_of(place, "police3") is None


async def test_a_token_for_another_console_stays_one_whoever_is_said_to_have_asked(
    console: Open, provider: TheProvider
) -> None:
    way = await console()
    go = await way.begins()
    wrong = {"aud": "another-client", "azp": query_of(go)["client_id"]}
    await provider.knows("s3", **{**OPERATOR, "preferred_username": "police3", **wrong})
    assert await way.returns(await provider.consents(go, "s3")) == "/#login=refused"


async def test_a_level_of_authentication_that_was_asked_for_is_insisted_on(
    console: Open, provider: TheProvider
) -> None:
    await provider.knows("s4", **{**OPERATOR, "preferred_username": "police4", "acr": "eidas1"})
    way = await console(oidc_acr="eidas2")
    assert await way.returns(await provider.consents(await way.begins(), "s4")) == "/#login=refused"
    await provider.knows("s4", **{**OPERATOR, "preferred_username": "police4", "acr": "eidas2"})
    assert await way.returns(await provider.consents(await way.begins(), "s4")) == "/"


UNKNOWN: dict[str, dict[str, object]] = {
    "a role that means nothing here": {"havre_roles": ["mayor"]},
    "no role": {"havre_roles": []},
    "no word of roles": {"havre_roles": None},
    "no force": {"havre_force": "army"},
    "both forces": {"havre_force": ["police", "gendarmerie"]},
    "no category of ours": {"havre_categories": ["parking"]},
    "a login that is none": {"preferred_username": "../police9"},
    "no login": {"preferred_username": ""},
    "a language that is none": {"havre_languages": ["klingon-xx"]},
}


@pytest.mark.parametrize("claims", UNKNOWN.values(), ids=UNKNOWN.keys())
async def test_who_is_nobody_here_stays_out(
    console: Open, provider: TheProvider, place: Place, claims: dict[str, object]
) -> None:
    await provider.knows("s5", **{**OPERATOR, "preferred_username": "police5", **claims})
    way = await console()
    assert await way.returns(await provider.consents(await way.begins(), "s5")) == "/#login=unknown"
    assert (await way.me()).status == 401
    assert await account_of(place, "police5") is None


async def test_a_closed_account_stays_closed_whatever_the_provider_says(
    console: Open, provider: TheProvider, place: Place
) -> None:
    await provider.knows("s6", **{**OPERATOR, "preferred_username": "police6"})
    await place.hire("police6", password_hash=None, subject="s6", enabled=False)
    way = await console()
    assert await way.returns(await provider.consents(await way.begins(), "s6")) == "/#login=closed"
    assert (await way.me()).status == 401


async def test_a_name_given_to_somebody_else_opens_nothing(console: Open, provider: TheProvider, place: Place) -> None:
    """The provider may reuse a login; who it is, is its ``sub``."""
    await place.hire("police7", password_hash=None, subject="the-first-one")
    await provider.knows("s7", **{**OPERATOR, "preferred_username": "police7"})
    way = await console()
    assert await way.returns(await provider.consents(await way.begins(), "s7")) == "/#login=unknown"


async def test_a_local_account_is_not_taken_over_by_its_name(
    console: Open, provider: TheProvider, place: Place
) -> None:
    await place.hire("police8")
    await provider.knows("s8", **{**OPERATOR, "preferred_username": "police8"})
    way = await console()
    assert await way.returns(await provider.consents(await way.begins(), "s8")) == "/#login=unknown"
    await Accounts(place.nats).change("police8", password_hash=None)
    assert await way.returns(await provider.consents(await way.begins(), "s8")) == "/"


async def test_another_state_another_browser_and_a_second_return_are_turned_away(
    console: Open, provider: TheProvider
) -> None:
    await provider.knows("s9", **{**OPERATOR, "preferred_username": "police9"})
    way = await console()
    query = await provider.consents(await way.begins(), "s9")
    stranger = Way(way.port, way.http)
    assert await stranger.returns(query) == "/#login=expired"
    await stranger.begins()
    assert await stranger.returns(query) == "/#login=expired"
    kept = dict(way.cookies)
    assert await way.returns({**query, "state": "made up"}) == "/#login=expired"
    way.cookies = dict(kept)
    assert await way.returns({**query, "iss": "https://evil.example"}) == "/#login=refused"
    way.cookies = dict(kept)
    assert await way.returns(query) == "/"
    way.cookies = dict(kept)
    assert await way.returns(query) == "/#login=refused"


async def test_who_says_no_at_the_provider_is_told_so(console: Open) -> None:
    way = await console()
    state = query_of(await way.begins())["state"]
    assert await way.returns({"error": "access_denied", "state": state}) == "/#login=denied"


async def test_a_code_is_exchanged_with_its_own_verifier_alone(console: Open, provider: TheProvider) -> None:
    """The code of another login of ours, put into this one: PKCE at the provider, the nonce here."""
    await provider.knows("s10", **{**OPERATOR, "preferred_username": "police10"})
    way = await console()
    other = Way(way.port, way.http)
    stolen = (await provider.consents(await other.begins(), "s10"))["code"]
    state = query_of(await way.begins())["state"]
    assert await way.returns({"code": stolen, "state": state}) == "/#login=refused"


@pytest.mark.parametrize("spoiled", [{"Origin": "https://evil.example"}, {"X-Havre": None}, {"Origin": None}])
async def test_another_site_s_page_begins_no_login(console: Open, spoiled: dict[str, str | None]) -> None:
    way = await console()
    headers = {name: value for name, value in {**way.headers(), **spoiled}.items() if value is not None}
    answer = await way.http.post(f"{way.base}/api/oidc", json={}, headers=headers)
    assert answer.status == 403
    assert "Set-Cookie" not in answer.headers
