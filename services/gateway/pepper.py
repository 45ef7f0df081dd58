"""The gateways' secret, under which whatever is derived from words is kept: who steals a store cannot try words."""

import base64
import hashlib
import hmac

from services.gateway.settings import GatewaySettings


class Pepper:
    """See the module's text. ``use`` keeps what words are for apart: what finds a chat finds no report."""

    def __init__(self, settings: GatewaySettings) -> None:
        self._secret = settings.resume_pepper.get_secret_value().encode()

    @property
    def given(self) -> bool:
        """Whether this installation has the secret."""
        return bool(self._secret)

    def keyed(self, use: str, text: str) -> bytes:
        """Return 256 bits that only this installation can make of ``text``."""
        return hmac.digest(self._secret, f"{use} {text}".encode(), hashlib.sha256)

    def share(self, use: str, locator: str) -> str:
        """Return the installation's share of a box's key: 256 bits in base64url."""
        return base64.urlsafe_b64encode(self.keyed(use, locator)).rstrip(b"=").decode()
