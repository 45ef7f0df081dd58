"""Settings of the gateway."""

from pydantic import Field, SecretStr

from shared.settings import LIFTING_DAYS, LIFTING_DAYS_MEANING, WebSettings


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
    magistrate_keys: str = Field(
        default="",
        description="Public keys of the magistrates who may lift anonymity (JWKS, each certified by the staff "
        "authority), or path of a file with them; `python -m services.dispatcher account magistrates` prints them. "
        "Empty: no address is kept, and anonymity cannot be lifted",
    )
    address_s: int = Field(
        default=86_400,
        ge=60,
        le=2_592_000,
        description="Seconds that a visitor's sealed address is kept at most; it is gone with the conversation before",
    )
    lifting_days: int = Field(default=LIFTING_DAYS, ge=1, le=90, description=LIFTING_DAYS_MEANING)
    opens_free: int = Field(
        default=30,
        ge=1,
        description="Conversations that one address opens in 10 minutes before its pages have to compute",
    )
    opens_most: int = Field(
        default=1_000, ge=1, description="Conversations that one address opens in 10 minutes; then it has to wait"
    )
    opens_calm: int = Field(
        default=300,
        ge=1,
        description="Conversations a minute, by all addresses together, above which every page has to compute",
    )
    handshakes_most: int = Field(
        default=6_000, ge=1, description="WebSockets that one address opens in 10 minutes; then 429"
    )
    sockets_most: int = Field(
        default=1_000, ge=1, description="WebSockets that one address holds at once on one gateway; then 429"
    )
    lookups_most: int = Field(
        default=300, ge=1, description="Searches for help by one address in 10 minutes; then numbers only, and 429"
    )
    finds_most: int = Field(
        default=60, ge=5, description="Tries of resume words from one address in 10 minutes; then too_fast"
    )
    erases_free: int = Field(
        default=600,
        ge=1,
        description="Erase calls by one address in 10 minutes; more are done a few at a time, never refused",
    )
    proof_cost: int = Field(
        default=2_000,
        ge=1,
        le=100_000,
        description="PBKDF2 rounds of one try of the proof of work; the gateway does one try",
    )
    proof_tries: int = Field(
        default=150,
        ge=2,
        le=100_000,
        description="Tries that a proof of work takes on average; from half to one and a half",
    )
