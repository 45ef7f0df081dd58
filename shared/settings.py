"""Settings of every service: read once from the environment (``HAVRE_*``), never from a file in the repository.

``docs/configuration.md`` is generated from these classes (``python -m infra.configuration``).
"""

from pathlib import Path
from urllib.parse import quote, urlsplit

from pydantic import Field, SecretStr, field_validator
from pydantic_settings import BaseSettings, SettingsConfigDict

from shared.proxies import Network, networks

LIFTING_DAYS = 7
LIFTING_DAYS_MEANING = (
    "Days that a request to lift anonymity is kept at most, with the sealed address that it is about; the visitor's "
    "page says so"
)


class Settings(BaseSettings):
    """What every service needs."""

    model_config = SettingsConfigDict(env_prefix="HAVRE_", frozen=True, extra="ignore")

    nats_url: str = Field(default="nats://127.0.0.1:14222", description="Address of NATS; several with commas")
    nats_user: str = Field(default="", description="This service's own NATS user")
    nats_password: SecretStr = Field(default=SecretStr(""), description="Password of that user")
    ops_host: str = Field(default="127.0.0.1", description="Address of /health and /metrics; never the public one")
    ops_port: int = Field(default=0, ge=0, le=65535, description="Port of /health and /metrics; 0 takes a free one")
    log_level: str = Field(default="info", description="debug, info, warning or error")

    @property
    def inbox_prefix(self) -> str:
        """The user's own inbox prefix, which no other user may read."""
        return f"_INBOX_{self.nats_user}" if self.nats_user else "_INBOX"


class StoreSettings(Settings):
    """What a service needs that holds conversations."""

    valkey_url: SecretStr = Field(
        default=SecretStr("redis://127.0.0.1:16379/0"),
        description="Address of the memory store (no persistence)",
    )
    valkey_user: str = Field(default="", description="This service's own user of the memory store")
    valkey_password: SecretStr = Field(default=SecretStr(""), description="Password of that user")
    silence_s: int = Field(
        default=900,
        ge=30,
        le=86_400,
        description="Seconds without any sign of the visitor's page after which a conversation is destroyed",
    )
    vanished_kept_s: int = Field(
        default=7_200,
        ge=60,
        le=86_400,
        description="Seconds after the last sign of a visitor who vanished while in danger that the conversation, and "
        "the resume words if there are any, wait for them",
    )
    message_rate: float = Field(default=10.0, gt=0, description="Messages a second that one socket may send for long")
    message_burst: int = Field(default=30, ge=1, description="Messages that one socket may send at once")
    frame_rate: float = Field(
        default=500.0, gt=0, description="Frames of any kind a second that are read from one socket for long"
    )
    frame_burst: int = Field(default=500, ge=1, description="Frames of any kind that are read from one socket at once")
    outbox_bytes: int = Field(
        default=262_144,
        ge=65_536,
        description="Bytes waiting for one slow socket before it is closed to resume later",
    )

    @property
    def store(self) -> str:
        """The memory store's address, with this service's own user instead of one that the address may name."""
        address = self.valkey_url.get_secret_value()
        if not self.valkey_user:
            return address
        parts = urlsplit(address)
        who = f"{quote(self.valkey_user, safe='')}:{quote(self.valkey_password.get_secret_value(), safe='')}"
        return parts._replace(netloc=f"{who}@{parts.netloc.rpartition('@')[2]}").geturl()


class WebSettings(StoreSettings):
    """What a service needs that serves a page."""

    host: str = Field(default="127.0.0.1", description="Address that the pages are served on")
    port: int = Field(default=0, ge=0, le=65535, description="Port that the pages are served on")
    public_origins: str = Field(
        default="",
        description="Origins whose pages may open a WebSocket, with commas; empty: the one of the Host header",
    )
    trusted_proxies: str = Field(
        default="",
        description="Addresses or networks of the proxies in front, with commas; only what they write into "
        "X-Forwarded-For counts. Empty: there is none",
    )
    staff_authority: str = Field(
        default="",
        description="Public key of the staff authority (JWK), or path of a file with it: whose certificates prove who "
        "is staff. A service that serves a page does not start without it",
    )
    page_dir: Path | None = Field(default=None, description="Folder of the built page; empty: the one in the package")

    @field_validator("trusted_proxies")
    @classmethod
    def _are_networks(cls, text: str) -> str:
        networks(text)
        return text

    @property
    def proxies(self) -> tuple[Network, ...]:
        """``trusted_proxies`` as networks."""
        return networks(self.trusted_proxies)
