"""The identity provider: OpenID Connect, authorization code with PKCE, by Authlib; HTTP by aiohttp.

Nothing of it is looked at before somebody logs in, so a provider that is away keeps no dispatcher from starting.
"""

import json
import time
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any, NoReturn

import aiohttp
from authlib.common.urls import add_params_to_uri
from authlib.oauth2.auth import ClientAuth
from authlib.oauth2.rfc6749.parameters import prepare_grant_uri, prepare_token_request
from authlib.oauth2.rfc7636 import create_s256_code_challenge
from authlib.oidc.core import CodeIDToken
from authlib.oidc.discovery import get_well_known_url
from joserfc import jwt
from joserfc.errors import JoseError
from joserfc.jwk import Key, KeySet, import_key
from joserfc.jws import JWSRegistry

ALGORITHMS = ["RS256", "PS256", "ES256", "ES384", "EdDSA", "Ed25519"]
"""Signatures that are taken: those of key pairs. Never ``none``, and none made with a shared secret."""
WITHIN_S = 8.0
MAX_ANSWER = 262_144
LEFT_ALONE_S = 2.0
"""After a failure, how long it is not asked again: it may be drowning."""
LEEWAY_S = 30
FRESH_S = 600
"""How long the provider's description and keys are believed; an unknown key is asked for at once."""


class ProviderAway(Exception):
    """It does not answer, or not as a provider."""


class ProviderRefuses(Exception):
    """It answered, and what it says lets nobody in; the argument is a word of a closed list."""


@dataclass(frozen=True, slots=True)
class Registration:
    """What this console is at its provider."""

    issuer: str
    client_id: str
    client_secret: str
    scope: str
    acr: str
    way_back: str
    """Where the provider sends browsers with a code (redirect URI)."""
    home: str
    """Where it sends them after a logout."""


@dataclass(frozen=True, slots=True)
class UnderWay:
    """One login that has begun: what its end is held against."""

    state: str
    nonce: str
    verifier: str


@dataclass(frozen=True, slots=True)
class Proof:
    """What the provider vouches for; ``token`` is its ID token as it came."""

    claims: Mapping[str, Any]
    token: str


class Provider:
    """See the module's text."""

    def __init__(self, registration: Registration) -> None:
        self._us = registration
        self._http: aiohttp.ClientSession | None = None
        self._metadata: tuple[float, dict[str, Any]] | None = None
        self._keys: tuple[float, KeySet] | None = None
        self._away_until = 0.0

    async def close(self) -> None:
        """Close its connections."""
        if self._http is not None:
            await self._http.close()

    async def address(self, login: UnderWay) -> str:
        """Return where to send the browser. Raises ``ProviderAway``."""
        metadata = await self._described()
        return str(
            prepare_grant_uri(
                metadata["authorization_endpoint"],
                client_id=self._us.client_id,
                response_type="code",
                redirect_uri=self._us.way_back,
                scope=self._us.scope,
                state=login.state,
                nonce=login.nonce,
                code_challenge=create_s256_code_challenge(login.verifier),
                code_challenge_method="S256",
                **({"acr_values": self._us.acr} if self._us.acr else {}),
            )
        )

    async def proof(self, code: str, login: UnderWay) -> Proof:
        """Exchange a code for who it is. Raises ``ProviderAway``, ``ProviderRefuses``."""
        metadata = await self._described()
        answer = await self._exchange(metadata["token_endpoint"], code, login.verifier)
        token = answer.get("id_token")
        if not isinstance(token, str):
            raise ProviderRefuses("no_id_token")
        try:
            signed = await self._verified(token)
            self._validate(signed, login.nonce, answer.get("access_token"))
        except (JoseError, ValueError) as error:
            raise ProviderRefuses("id_token_wrong") from error
        return Proof(signed.claims, token)

    async def goodbye(self, hint: str) -> str | None:
        """Return where to send the browser to end the session at the provider; None when it knows no such thing."""
        end = (await self._described()).get("end_session_endpoint")
        if not isinstance(end, str):
            return None
        said = {"id_token_hint": hint, "client_id": self._us.client_id, "post_logout_redirect_uri": self._us.home}
        return str(add_params_to_uri(end, list(said.items())))

    async def _exchange(self, address: str, code: str, verifier: str) -> dict[str, Any]:
        body = prepare_token_request(
            "authorization_code", redirect_uri=self._us.way_back, code=code, code_verifier=verifier
        )
        headers = {"Accept": "application/json", "Content-Type": "application/x-www-form-urlencoded;charset=UTF-8"}
        method = "client_secret_basic" if self._us.client_secret else "none"
        auth = ClientAuth(self._us.client_id, self._us.client_secret, method)
        address, headers, body = auth.prepare("POST", address, headers, body)
        status, answer = await self._call("POST", address, headers=headers, data=body)
        if status in (400, 401, 403):
            raise ProviderRefuses("code_refused")
        return answer if status == 200 else _away(f"the token endpoint answered {status}")

    async def _verified(self, token: str) -> jwt.Token:
        registry = JWSRegistry(algorithms=ALGORITHMS, strict_check_header=False)
        try:
            return jwt.decode(token, await self._key_set(), registry=registry)
        except (JoseError, ValueError):
            # Perhaps signed with a key that is newer than those we know.
            return jwt.decode(token, await self._key_set(anew=True), registry=registry)

    def _validate(self, signed: jwt.Token, nonce: str, access_token: object) -> None:
        us = self._us
        options = {"iss": {"essential": True, "value": us.issuer}, "aud": {"essential": True, "value": us.client_id}}
        if us.acr:
            options["acr"] = {"essential": True, "value": us.acr}
        held_against = {"nonce": nonce, "client_id": us.client_id, "access_token": access_token}
        CodeIDToken(signed.claims, signed.header, options, held_against).validate(leeway=LEEWAY_S)

    async def _described(self) -> dict[str, Any]:
        if self._metadata is None or time.monotonic() > self._metadata[0] + FRESH_S:
            found = await self._fetch(get_well_known_url(self._us.issuer, external=True))
            if found.get("issuer") != self._us.issuer:
                _away("it calls itself by another name")
            if not all(isinstance(found.get(f"{one}_endpoint"), str) for one in ("authorization", "token")):
                _away("it names no endpoints")
            self._metadata = (time.monotonic(), found)
        return self._metadata[1]

    async def _key_set(self, *, anew: bool = False) -> KeySet:
        if anew or self._keys is None or time.monotonic() > self._keys[0] + FRESH_S:
            address = (await self._described()).get("jwks_uri")
            found = await self._fetch(address if isinstance(address, str) else _away("it names no keys"))
            self._keys = (time.monotonic(), KeySet([*_usable(found.get("keys"))]))
        return self._keys[1]

    async def _fetch(self, address: str) -> dict[str, Any]:
        status, answer = await self._call("GET", address)
        return answer if status == 200 else _away(f"answered {status}")

    async def _call(self, method: str, address: str, **more: Any) -> tuple[int, dict[str, Any]]:
        """Return the status and the JSON object of an answer; an empty one for anything but JSON."""
        if time.monotonic() < self._away_until:
            raise ProviderAway("a moment ago already")
        if self._http is None:
            self._http = aiohttp.ClientSession(timeout=aiohttp.ClientTimeout(total=WITHIN_S))
        try:
            async with self._http.request(method, address, allow_redirects=False, **more) as response:
                body = await response.content.read(MAX_ANSWER)
                return response.status, _object(body)
        except (aiohttp.ClientError, TimeoutError, OSError) as error:
            self._away_until = time.monotonic() + LEFT_ALONE_S
            raise ProviderAway(method) from error


def _usable(keys: object) -> Iterable[Key]:
    """Yield the keys for signatures among a provider's keys; others, of kinds that we do not know, may be there."""
    for key in keys if isinstance(keys, list) else []:
        if isinstance(key, dict) and key.get("use", "sig") == "sig" and key.get("kty") in ("RSA", "EC", "OKP"):
            yield import_key(key)


def _object(body: bytes) -> dict[str, Any]:
    try:
        found = json.loads(body)
    except ValueError:
        return {}
    return found if isinstance(found, dict) else {}


def _away(why: str) -> NoReturn:
    raise ProviderAway(why)
