"""Settings of the local launcher itself. Every other ``HAVRE_*`` variable goes through to the services."""

from pydantic import Field, SecretStr
from pydantic_settings import BaseSettings, SettingsConfigDict


class LocalSettings(BaseSettings):
    """What ``make run`` reads from the environment. A port of 0 takes a free one."""

    model_config = SettingsConfigDict(env_prefix="HAVRE_", frozen=True, extra="ignore")

    host: str = Field(default="127.0.0.1", description="Address that both pages are served on")
    gateway_port: int = Field(default=8080, ge=0, le=65535, description="Port of the visitor's page")
    dispatcher_port: int = Field(default=8081, ge=0, le=65535, description="Port of the operators' console")
    nats_port: int = Field(default=14222, ge=0, le=65535, description="Port of the NATS server that is started")
    valkey_port: int = Field(default=16379, ge=0, le=65535, description="Port of the memory store that is started")
    ops_base: int = Field(
        default=9100,
        ge=0,
        le=65531,
        description="First of five ports in a row for /health and /metrics of the services; 0 takes free ones",
    )
    valkey_memory_mb: int = Field(default=512, ge=32, description="Memory for conversations, in MiB")
    start_timeout_s: float = Field(default=60.0, gt=0, description="Seconds that each part may take to become ready")
    demo_password: SecretStr | None = Field(
        default=None, description="Password of the demo staff; empty: a new one at each start"
    )
