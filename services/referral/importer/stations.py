"""The official lists of stations that receive the public: gendarmerie and police.

CSV, ``;``, UTF-8: ``service;telephone;departement;code_commune_insee;voie;code_postal;commune;geocodage_x_GPS;
geocodage_y_GPS;url;horaires_accueil``, and ``identifiant_public_unite`` in the gendarmerie's. x is the longitude.
"""

import re
from typing import BinaryIO

from services.referral.entry import Entry
from services.referral.importer.gather import Gathered, plain_phone, plain_web
from services.referral.importer.times import from_text
from services.referral.words import fold
from shared.contracts.referral import StructureKind
from shared.importing.source import csv_rows

COLUMNS = ("service", "telephone", "code_commune_insee", "code_postal", "geocodage_x_gps", "geocodage_y_gps")
GENDARMERIE_ID = "identifiant_public_unite"
GENDARMERIE = "Ministère de l'Intérieur, Liste des unités de gendarmerie accueillant du public"
POLICE = "Ministère de l'Intérieur, Liste des services de police accueillant du public"


def source_of(header: str) -> str:
    """Return which of the two lists has this header line."""
    return GENDARMERIE if GENDARMERIE_ID in header else POLICE


def gather(file: BinaryIO, source: str, as_of: str, gathered: Gathered) -> None:
    """Take every station of ``file``."""
    kind = StructureKind.BRIGADE if source == GENDARMERIE else StructureKind.COMMISSARIAT
    for line, row in csv_rows(file, COLUMNS):
        if not row["service"]:
            gathered.report.rejected(line, "no name")
            continue
        commune, changed = gathered.commune(line, row["code_commune_insee"], row["code_postal"])
        if commune is None:
            continue
        lat, lon, approximate, moved = gathered.point(commune, row["geocodage_y_gps"], row["geocodage_x_gps"])
        written_hours = row.get("horaires_accueil", "")
        hours = from_text(written_hours) if written_hours else None
        corrections = [
            *(["commune of today, or of the postal code"] if changed else []),
            *([moved] if moved else []),
            *(["hours not understood: left out"] if written_hours and hours is None else []),
        ]
        town = row.get("commune") or commune.name
        key = row.get(GENDARMERIE_ID) or re.sub(r"\W+", "-", fold(f"{commune.insee} {row['service']}"))
        entry = Entry(
            id=f"{kind}:{key}",
            kind=kind,
            name=row["service"],
            address=", ".join(part for part in (row.get("voie", ""), f"{row['code_postal']} {town}".strip()) if part),
            insee=commune.insee,
            lat=lat,
            lon=lon,
            approximate=approximate,
            phone=plain_phone(row["telephone"]),
            web=plain_web(row.get("url", "")),
            hours=hours,
            source=source,
            as_of=as_of,
        )
        gathered.take(line, entry, corrections)
