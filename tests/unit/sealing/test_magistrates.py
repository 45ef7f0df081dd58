"""What is sealed for magistrates opens for them alone, and only those whom the staff authority names are any (P2)."""

import json
import time
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from joserfc.errors import JoseError

from shared.sealing.jose import BadToken, jwk_of, kid_of, make_key
from shared.sealing.magistrates import (
    SIZES,
    BadMagistrateKeys,
    certify,
    jwks_of,
    load,
    padded,
    read,
    recipients,
    seal,
)
from tests.sealing.magistrates import opened

AUTHORITY = make_key()
ONE, OTHER, STRANGER = make_key(), make_key(), make_key()
NOW = int(time.time())
CERTIFICATES = [certify(AUTHORITY, jwk_of(key), NOW) for key in (ONE, OTHER)]
KEYS = load(jwks_of(CERTIFICATES, AUTHORITY), AUTHORITY)
SAID = st.dictionaries(st.text(max_size=20), st.text(max_size=60) | st.integers() | st.none(), max_size=4)


@settings(max_examples=30)
@given(SAID)
def test_each_magistrate_opens_what_was_sealed_and_nobody_else(said: dict[str, Any]) -> None:
    sealed = seal(said, KEYS)
    assert opened(sealed, ONE) == opened(sealed, OTHER) == said
    with pytest.raises(LookupError):
        opened(sealed, STRANGER)
    relabelled = sealed.replace(kid_of(jwk_of(ONE)), kid_of(jwk_of(STRANGER)))
    with pytest.raises(JoseError):
        opened(relabelled, STRANGER)


def test_its_length_does_not_tell_one_address_from_another() -> None:
    short, long = {"ip": "1.1.1.1", "port": 1}, {"ip": "2001:0db8:85a3:0000:0000:8a2e:0370:7334", "port": 65_535}
    assert len(padded(short)) == len(padded(long)) == SIZES[0]
    assert len(seal(short, KEYS)) == len(seal(long, KEYS))


def test_what_no_size_holds_and_what_is_for_nobody_is_refused() -> None:
    with pytest.raises(ValueError, match="no size"):
        seal({"text": "x" * SIZES[-1]}, KEYS)
    with pytest.raises(ValueError, match="nobody"):
        seal({}, ())


def test_recipients_are_named_on_the_outside() -> None:
    assert recipients(seal({}, KEYS)) == {key.kid for key in KEYS} == {kid_of(jwk_of(key)) for key in (ONE, OTHER)}
    for text in ("", "[]", "{}", '{"recipients":[]}', '{"ciphertext":"x","recipients":[{}]}', "null"):
        with pytest.raises(BadToken):
            recipients(text)


def test_a_key_that_the_authority_does_not_name_is_refused() -> None:
    """Whoever can change a setting of the gateway does not become a reader by it."""
    elsewhere = make_key()
    foreign = jwks_of([certify(elsewhere, jwk_of(STRANGER), NOW)], elsewhere)
    swapped = json.loads(jwks_of(CERTIFICATES, AUTHORITY))
    swapped["keys"][0] |= jwk_of(STRANGER)
    for text in (foreign, json.dumps(swapped)):
        with pytest.raises(BadMagistrateKeys, match="not certified"):
            load(text, AUTHORITY)


@pytest.mark.parametrize("text", ["{}", '{"keys":[]}', '{"keys":[1]}', '{"keys":[{"kty":"EC"}]}', '{"keys":0}', "{"])
def test_what_is_no_set_of_keys_is_refused_in_words(text: str) -> None:
    with pytest.raises(BadMagistrateKeys):
        load(text, AUTHORITY)


def test_no_text_is_no_keys() -> None:
    assert load("", AUTHORITY) == load(" \n", AUTHORITY) == ()


def test_an_account_s_certificate_is_no_magistrate_s() -> None:
    from shared.contracts.conversation import Force
    from shared.sealing.certificate import issue

    account = issue(AUTHORITY, jwk_of(ONE), Force.POLICE, ["operator"], NOW)
    with pytest.raises(BadToken):
        read(account, AUTHORITY)
