"""What a partner is given, in a folder of its own: the seed that connects it, its private key, and a small JSON.

Each file is its owner's alone. Files of a registration that was interrupted are used again, so that nothing is
registered of which the private part is lost.
"""

import json
import os
from collections.abc import Container
from pathlib import Path

from joserfc.jwk import ECKey

from services.signalement.partners.rules import NotRegistered, inbox_of
from shared import streams, subjects
from shared.contracts.signalement_partners import Partner
from shared.nkey import BadNkey, Kind, Nkey, make_seed
from shared.sealing.authority import BadAuthority, load_private
from shared.sealing.jose import PublicJwk, jwk_of, kid_of, make_key

MARK = 8
"""Characters of a key's name in that of its file."""


class Kit:
    """The folder of one partner's files. Raises ``OSError``, and ``NotRegistered`` for a file of other content."""

    def __init__(self, folder: Path, partner: str) -> None:
        """Make the folder, readable by nobody else, if it is not there."""
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        self.folder = folder
        self._partner = partner

    @property
    def card(self) -> Path:
        """The small JSON."""
        return self.folder / f"{self._partner}.json"

    @property
    def seed(self) -> Path:
        """The seed that connects the partner."""
        return self.folder / f"{self._partner}.nkey"

    @property
    def next_seed(self) -> Path:
        """The seed that takes its place once it is registered."""
        return self.folder / f"{self._partner}.nkey.new"

    def nkey(self, *, another: bool = False) -> str:
        """Return the public key of the seed (or of the next one), which is made if it is not there."""
        file = self.next_seed if another else self.seed
        try:
            return Nkey(keep_seed(file, Kind.USER), Kind.USER).public
        except BadNkey as bad:
            raise NotRegistered(f"{file}: {bad}") from None

    def take_next_seed(self) -> None:
        """Put the next seed in the place of the one before."""
        if self.next_seed.exists():
            self.next_seed.replace(self.seed)

    def key(self, known: Container[str] = ()) -> PublicJwk:
        """Return the public part of a private key whose name is not ``known``; it is made if none is there."""
        for file in sorted(self.folder.glob(f"{self._partner}.*.jwk")):
            try:
                found = jwk_of(load_private(file))
            except BadAuthority:
                raise NotRegistered(f"{file} holds no private key of curve P-256") from None
            if kid_of(found) not in known:
                return found
        return self._make_key()

    def write_card(self, partner: Partner, url: str) -> None:
        """Write the JSON, in place of one that is there."""
        said = {
            "url": url,
            "partner": partner.id,
            "name": partner.name,
            "force": partner.force,
            "departments": partner.departments,
            "inbox_prefix": inbox_of(partner.id),
            "stream": streams.SIGNALEMENTS,
            "consumer": streams.partner_consumer(partner.id),
            "command": subjects.partner_command(partner.id, "{verb}"),
            "seed_file": self.seed.name,
            "kid": partner.keys[-1].kid,
        }
        _write(self.card, json.dumps(said, ensure_ascii=False, indent=2) + "\n")

    def _make_key(self) -> PublicJwk:
        key: ECKey = make_key()
        public = jwk_of(key)
        kid = kid_of(public)
        text = json.dumps({**key.as_dict(private=True), "kid": kid})
        _write(self.folder / f"{self._partner}.{kid[:MARK]}.jwk", text)
        return public


def keep_seed(file: Path, kind: Kind) -> str:
    """Return the seed that a file holds; a fresh one is written if there is no such file. Raises ``OSError``."""
    if not file.exists():
        _write(file, f"{make_seed(kind)}\n")
    return file.read_text(encoding="utf-8").strip()


def _write(file: Path, text: str) -> None:
    """Write a file that only its owner can read: all of it, or nothing."""
    draft = file.with_name(f"{file.name}.part")
    draft.unlink(missing_ok=True)
    descriptor = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "w", encoding="utf-8") as opened:
        opened.write(text)
        opened.flush()
        os.fsync(opened.fileno())
    draft.replace(file)
