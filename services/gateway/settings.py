"""Settings of the gateway."""

from pydantic import Field, SecretStr

from shared.settings import WebSettings


class GatewaySettings(WebSettings):
    """What the gateway needs beside what every web service needs."""

    exit_url: str = Field(
        default="https://www.meteofrance.com/",
        pattern=r"^https?://[^\s\"'<>]+$",
        description="Neutral site that the red button leaves for",
    )
    most_visitors: int = Field(default=20_000, ge=1, description="WebSockets that one gateway holds; then 503")
    most_messages: int = Field(default=5_000, ge=10, description="Messages that one conversation may have")
    idle_s: int = Field(default=45, ge=15, description="Seconds without a frame after which a socket counts as lost")
    waiting_refresh_s: float = Field(
        default=2.0, gt=0, description="Seconds between two looks at the positions of those who wait"
    )
    resume_pepper: SecretStr = Field(
        default=SecretStr(""),
        description="Secret of 32 bytes or more under which resume words are stored; the same for every gateway. "
        "Empty: the words are not offered. Changed: those given before no longer work",
    )
    resume_s: int = Field(
        default=7_200,
        ge=30,
        le=86_400,
        description="Seconds that resume words work, and that a conversation waits for them",
    )
