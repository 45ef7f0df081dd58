"""Official files, spoilt: a row is rejected or the file is refused, and nothing else happens."""

import io
import json
import os
from collections.abc import Callable
from pathlib import Path
from random import Random
from typing import BinaryIO

from services.referral.importer import associations, dila, stations
from services.referral.importer.gather import Gathered
from shared.geography import table as communes
from shared.importing.report import ImportRefused, Report
from tests.fuzz import spoil
from tests.fuzz.target import Target
from tests.official_rows import BRIGADE, SERVICE

ASSOCIATION = {
    "id": "a1",
    "name": "Une association",
    "kind": "association",
    "insee": "95500",
    "as_of": "2026-01",
    "categories": "domestic sexual",
    "languages": "fr ar",
    "lat": "49.05",
    "lon": "2,1",
    "hours": "Mo-Fr 09:00-12:00",
    "web": "https://exemple.fr",
}


def _csv(row: dict[str, str]) -> Callable[[Random], bytes]:
    def make(rng: Random) -> bytes:
        lines = [";".join(row)]
        for _ in range(rng.choice((1, 2, 5))):
            values = [spoil.text(one, rng) if rng.random() < 0.1 else one for one in row.values()]
            lines.append(";".join(f'"{one}"' if rng.random() < 0.3 else one for one in values))
        raw = spoil.utf8("\n".join(lines) + "\n")
        return spoil.blob(raw, rng) if rng.random() < 0.3 else raw

    return make


def _json(rng: Random) -> bytes:
    services = [spoil.value(SERVICE, rng) if rng.random() < 0.6 else SERVICE for _ in range(rng.choice((1, 2, 4)))]
    raw = spoil.utf8(json.dumps({"service": services}))
    return spoil.blob(raw, rng) if rng.random() < 0.2 else raw


def targets() -> list[Target]:
    """Return them."""
    country = communes.load()

    def feeder(gather: Callable[[BinaryIO, Gathered], None]) -> Callable[[bytes], tuple[str, str]]:
        def feed(raw: bytes) -> tuple[str, str]:
            with Report(Path(os.devnull)) as report:
                gathered = Gathered(country, report)
                try:
                    gather(io.BytesIO(raw), gathered)
                except ImportRefused:
                    return "file refused", ""
            return ("accepted" if gathered.entries else "every row rejected"), ""

        return feed

    def of_stations(file: BinaryIO, gathered: Gathered) -> None:
        stations.gather(file, stations.GENDARMERIE, "2026-01", gathered)

    def of_associations(file: BinaryIO, gathered: Gathered) -> None:
        associations.gather(file, "own", gathered)

    def of_dila(file: BinaryIO, gathered: Gathered) -> None:
        dila.gather(file, "2026-01", gathered)

    return [
        Target("import: stations", _csv(BRIGADE), feeder(of_stations)),
        Target("import: associations", _csv(ASSOCIATION), feeder(of_associations)),
        Target("import: public services", _json, feeder(of_dila)),
    ]
