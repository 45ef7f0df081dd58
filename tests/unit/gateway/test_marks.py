"""What the gateway writes into the page, and what it does not start without."""

import json
from pathlib import Path

import pytest
from joserfc.jwk import ECKey

from services.gateway.app import magistrates, marks
from services.gateway.settings import GatewaySettings
from shared.sealing.authority import BadAuthority, make, public_text
from shared.sealing.jose import jwk_of, make_key
from shared.sealing.magistrates import BadMagistrateKeys, certify, jwks_of

PEPPER = "p" * 43


def settings(**given: object) -> GatewaySettings:
    return GatewaySettings.model_validate({"resume_pepper": "", **given})


def test_the_page_names_the_authority_as_data_that_no_html_can_break_out_of(tmp_path: Path) -> None:
    """V16: a public key in an attribute; the private part of a file that holds one stays where it is."""
    public = make(tmp_path / "authority.jwk")
    for given in (json.dumps(public), str(tmp_path / "authority.jwk")):
        mark = marks(settings(staff_authority=given))["__STAFF_AUTHORITY__"]
        assert not set('"<>') & set(mark)
        assert json.loads(mark.replace("&quot;", '"')) == public


@pytest.mark.parametrize(
    "given",
    [
        "",
        "{}",
        "{not json",
        "/nowhere/authority.jwk",
        '{"kty":"EC","crv":"P-256","x":"AA","y":"AA"}',
        json.dumps(ECKey.generate_key("P-384").as_dict(private=False)),
    ],
)
def test_without_a_public_key_of_p256_the_gateway_does_not_start(given: str) -> None:
    """V16: it falls closed: a page that cannot tell who is staff would have nobody to talk to, or anybody."""
    with pytest.raises(BadAuthority):
        marks(settings(staff_authority=given))


def test_words_are_offered_only_where_there_is_a_secret_for_them(tmp_path: Path) -> None:
    """V14."""
    authority = json.dumps(make(tmp_path / "authority.jwk"))
    assert marks(settings(staff_authority=authority))["__RESUME_SECONDS__"] == "0"
    with_pepper = settings(staff_authority=authority, resume_pepper=PEPPER, resume_s=3_600)
    assert marks(with_pepper)["__RESUME_SECONDS__"] == "3600"


def test_the_page_is_told_whether_an_address_is_kept_and_for_how_long() -> None:
    """V16: without magistrates' keys none is kept."""
    authority = make_key()
    public = public_text(authority)
    keys = jwks_of([certify(authority, jwk_of(make_key()), 0)], authority)
    assert marks(settings(staff_authority=public))["__ADDRESS__"] == "0 7 7200"
    kept = settings(staff_authority=public, magistrate_keys=keys, address_s=3_600, lifting_days=2)
    assert marks(kept)["__ADDRESS__"] == "3600 2 7200"
    assert len(magistrates(kept)) == 1


def test_keys_that_the_authority_does_not_name_stop_the_start() -> None:
    """P2: nobody becomes a reader of addresses by a setting alone."""
    elsewhere = make_key()
    foreign = jwks_of([certify(elsewhere, jwk_of(make_key()), 0)], elsewhere)
    with pytest.raises(BadMagistrateKeys, match="HAVRE_MAGISTRATE_KEYS"):
        magistrates(settings(staff_authority=public_text(make_key()), magistrate_keys=foreign))
    with pytest.raises(BadMagistrateKeys, match="cannot be read"):
        magistrates(settings(staff_authority=public_text(elsewhere), magistrate_keys="/nowhere/keys.json"))
