"""``python -m tests.provider PORT``: oidc-provider-mock, which besides insists on PKCE.

The mock checks clients, redirect addresses and codes, and puts whatever claims a user is given into the ID token,
``aud`` and ``nonce`` included, so that a provider which is wrong about something can be tried too. PKCE it passes over:
here a code is exchanged only for the verifier of the challenge that it was asked for with.
"""

import os
import sys
from collections.abc import Callable, Iterable
from io import BytesIO
from typing import Any
from urllib.parse import parse_qs, urlsplit
from wsgiref.types import StartResponse, WSGIApplication, WSGIEnvironment

from authlib.oauth2.rfc7636 import create_s256_code_challenge

REFUSAL = b'{"error": "invalid_grant", "error_description": "not the verifier of this code"}'


class Pkce:
    """Holds the challenge of each code until it is exchanged."""

    def __init__(self, app: WSGIApplication) -> None:
        self._app = app
        self._challenges: dict[str, str] = {}

    def __call__(self, environ: WSGIEnvironment, start: StartResponse) -> Iterable[bytes]:
        """Serve one request."""
        if environ["PATH_INFO"] == "/oauth2/authorize":
            return self._app(environ, self._noting(environ, start))
        if environ["PATH_INFO"] == "/oauth2/token" and not self._verified(environ):
            start("400 BAD REQUEST", [("Content-Type", "application/json")])
            return [REFUSAL]
        return self._app(environ, start)

    def _noting(self, environ: WSGIEnvironment, start: StartResponse) -> Callable[..., Any]:
        asked = parse_qs(environ["QUERY_STRING"])

        def noting(status: str, headers: list[tuple[str, str]], *more: Any) -> Any:
            for name, value in headers:
                for code in parse_qs(urlsplit(value).query).get("code", []) if name.lower() == "location" else []:
                    if asked.get("code_challenge_method") == ["S256"]:
                        self._challenges[code] = asked["code_challenge"][0]
            return start(status, headers, *more)

        return noting

    def _verified(self, environ: WSGIEnvironment) -> bool:
        body = environ["wsgi.input"].read(int(environ.get("CONTENT_LENGTH") or 0))
        environ["wsgi.input"] = BytesIO(body)
        form = parse_qs(body.decode())
        challenge = self._challenges.pop(form.get("code", [""])[0], None)
        return bool(challenge == create_s256_code_challenge(form.get("code_verifier", [""])[0]))


def main() -> None:
    """Serve until killed."""
    os.environ["AUTHLIB_INSECURE_TRANSPORT"] = "1"
    import oidc_provider_mock
    import uvicorn

    app: Any = Pkce(oidc_provider_mock.app(require_client_registration=True, require_nonce=True))
    uvicorn.run(app, interface="wsgi", host="127.0.0.1", port=int(sys.argv[1]), log_level="warning")


if __name__ == "__main__":
    main()
