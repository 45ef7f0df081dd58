"""Import the official file of territorial competence. Streamed; all or nothing.

Format as published: CSV, ``;``, quoted, UTF-8:
``code_commune;libelle_commune;institution;id_service;service;code_postal;codes_postaux``. Institution is ``GN``, ``PN``
or empty; a commune may stand in two rows.
"""

from pathlib import Path

from services.router import table
from services.router.competence import Competence
from shared.contracts.conversation import Force
from shared.geography.build import WHOLE_CITIES
from shared.geography.country import Country
from shared.importing.report import ImportRefused, Report
from shared.importing.source import csv_rows, opened
from shared.tables.file import replace_file

SOURCE = "Ministère de l'Intérieur, Compétence territoriale gendarmerie et police nationales"
COLUMNS = ("code_commune", "institution", "service")
INSTITUTIONS = {"PN": Force.POLICE, "GN": Force.GENDARMERIE}

FEWEST = 0.95
"""Share of the inhabited communes that a whole file names at least; a cut one names fewer."""

MOST_REJECTED = 0.02

Services = dict[Force | None, str | None]


def import_file(path: Path, target: Path, edition: str, country: Country, report: Report, *, quiet: bool) -> int:
    """Replace the table at ``target`` by the one in ``path``; return how many communes it names.

    Raises ``ImportRefused`` and leaves ``target`` as it was when the file is not whole and right.
    """
    found: dict[str, Services] = {}
    with opened(path, quiet=quiet) as file:
        for line, row in csv_rows(file, COLUMNS):
            _take(line, row, found, country, report)
    report.refuse_if_mostly_wrong(MOST_REJECTED)
    _refuse_if_partial(found, country)
    rows = {insee: _competence(services) for insee, services in found.items()}
    police = Competence((Force.POLICE,), None)
    rows = {city: police for city in WHOLE_CITIES if city in country.communes} | rows
    replace_file(target, lambda beside: table.write(beside, edition, SOURCE, rows))
    return len(rows)


def _take(line: int, row: dict[str, str], found: dict[str, Services], country: Country, report: Report) -> None:
    written = row["code_commune"].upper()
    commune = country.commune(written.zfill(5))
    if commune is None:
        report.rejected(line, "no such commune", written)
        return
    institution = row["institution"].upper()
    if institution and institution not in INSTITUTIONS:
        report.rejected(line, "institution is neither GN nor PN", institution)
        return
    force = INSTITUTIONS.get(institution)
    services = found.setdefault(commune.insee, {})
    if force in services:
        report.corrected(line, "commune named twice for one force: the first row is kept", written)
        return
    services[force] = row["service"] or None
    if commune.insee != written:
        report.corrected(line, "code of the commune as it is today", f"{written} -> {commune.insee}")
    else:
        report.accepted()


def _competence(services: Services) -> Competence:
    """Return the competence of one commune; of two services, the police's, whose station answers by default."""
    forces = tuple(force for force in Force if force in services)
    return Competence(forces, services[forces[0]] if forces else None)


def _refuse_if_partial(found: dict[str, Services], country: Country) -> None:
    inhabited = {c.insee for c in country.communes.values() if c.postal_codes and c.population}
    named = len(inhabited & found.keys())
    if named < FEWEST * len(inhabited):
        raise ImportRefused(f"names only {named} of {len(inhabited)} communes: cut, or not the whole country")
