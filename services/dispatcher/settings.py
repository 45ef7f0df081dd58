"""Settings of the dispatcher."""

from pydantic import Field

from services.dispatcher.domain.presence import Patience
from shared.settings import WebSettings


class DispatcherSettings(WebSettings):
    """What the dispatcher needs beside what every web service needs."""

    grace_s: float = Field(
        default=15.0, ge=0, le=600, description="Seconds that a lost console's conversations wait for it to come back"
    )
    console_silence_s: float = Field(
        default=15.0, ge=1, le=120, description="Seconds without a ping after which a console counts as lost"
    )
    session_s: int = Field(
        default=43_200,
        ge=60,
        le=86_400,
        description="Seconds without any sign of an operator's console after which they must log in again",
    )
    sure_s: float = Field(
        default=20.0,
        ge=0,
        le=300,
        description="Seconds that a conversation has been gone, and nobody said to have destroyed it, until it counts "
        "as fallen silent",
    )
    most_messages: int = Field(default=5_000, ge=10, description="Messages that one conversation may have")
    most_consoles: int = Field(default=2_000, ge=1, description="Consoles that one dispatcher holds; then 503")

    @property
    def sure_ms(self) -> int:
        """``sure_s`` in milliseconds."""
        return int(self.sure_s * 1000)

    @property
    def patience(self) -> Patience:
        """How long silence is borne, as the domain wants it."""
        return Patience(sign_ms=int(self.console_silence_s * 1000), grace_ms=int(self.grace_s * 1000))
