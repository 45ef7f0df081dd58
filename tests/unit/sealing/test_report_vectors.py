"""Reports in ``vectors.json``: the twin takes what the pages' code has made, and nothing that nobody may take (S1)."""

import json
from typing import Any

import pytest
from joserfc.jwk import ECKey

from shared.sealing.jose import jwk_of, kid_of, public_key
from tests.sealing import report as twin
from tests.sealing.report import Content, Recipient
from tests.sealing.vectors import NOW, TARGET
from tests.sealing.visitor import Unverified

VECTORS: dict[str, Any] = json.loads(TARGET.read_text(encoding="utf-8"))
SCENE, HOSTILE = VECTORS["scene"], VECTORS["hostile"]
SAID = SCENE["report"]
AUTHORITY = public_key(SCENE["authority"])
PARTNER = twin.verify_partner(SAID["certificate"], AUTHORITY, NOW)
PRIVATE = ECKey.import_key(SAID["private"])
PLAYERS = ("twin", "pages")


def proposed() -> Content:
    """Return what the operator proposed, as a console keeps it."""
    proposal = json.loads(SAID["proposal"])
    fields = tuple((name, value) for name, value in proposal["fields"])
    to = Recipient(**proposal["recipient"])
    return Content(proposal["report"], SCENE["conversation"], to, PARTNER.kid, fields, "")


@pytest.mark.parametrize("player", PLAYERS)
def test_the_consent_of_the_scene_counts_for_what_she_made_of_the_fields(player: str) -> None:
    played = VECTORS[player]["report"]
    content = twin.read_consent(
        played["document"], played["consent"], signer=played["signer"], proposed=proposed(), partner=PARTNER
    )
    assert [list(field) for field in content.fields] == SAID["agreed"]
    assert played["signer"] == kid_of(jwk_of(ECKey.import_key(json.loads(VECTORS[player]["exported"])["signer"])))
    assert twin.document_fits(played["document"])


@pytest.mark.parametrize("player", PLAYERS)
def test_the_sealed_report_of_the_scene_is_opened_by_its_recipient(player: str) -> None:
    played = VECTORS[player]["report"]
    expected = {"v": 1, "kind": "report", "document": played["document"], "consent": played["consent"]}
    assert twin.open_report(played["sealed"], PRIVATE) == expected


@pytest.mark.parametrize("player", PLAYERS)
def test_the_answer_of_the_scene_opens_with_the_key_of_its_document(player: str) -> None:
    played = VECTORS[player]["report"]
    content = twin.read_document(played["document"])
    assert content is not None
    opened = twin.open_answer(played["answer"], content.answer_key, content.report)
    assert opened == {name: SAID["answer"][name] for name in ("reference", "appointment", "message")}


@pytest.mark.parametrize("bad", HOSTILE["partners"], ids=lambda bad: bad["why"])
def test_a_bad_certificate_makes_no_partner(bad: dict[str, Any]) -> None:
    with pytest.raises(Unverified):
        twin.verify_partner(bad["certificate"], AUTHORITY, NOW)


@pytest.mark.parametrize("bad", HOSTILE["consents"], ids=lambda bad: bad["why"])
def test_a_bad_consent_counts_for_nothing(bad: dict[str, Any]) -> None:
    signer = VECTORS["twin"]["report"]["signer"]
    with pytest.raises(Unverified):
        twin.read_consent(bad["document"], bad["consent"], signer=signer, proposed=proposed(), partner=PARTNER)


@pytest.mark.parametrize("bad", HOSTILE["reports"], ids=lambda bad: bad["why"])
def test_a_bad_report_is_opened_by_nobody(bad: dict[str, Any]) -> None:
    with pytest.raises(Unverified):
        twin.open_report(bad["sealed"], PRIVATE)


@pytest.mark.parametrize("bad", HOSTILE["answers"], ids=lambda bad: bad["why"])
def test_a_bad_answer_is_shown_to_nobody(bad: dict[str, Any]) -> None:
    content = twin.read_document(VECTORS["twin"]["report"]["document"])
    assert content is not None
    assert twin.open_answer(bad["answer"], content.answer_key, content.report) is None
