"""Files of a million rows: memory stays under 150 MB, because nothing but the wanted rows is ever held (R1)."""

import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

MILLION = 1_000_000
MOST_MB = 150

MAYOR = (
    '{"id":"%d","nom":"Mairie","pivot":[{"type_service_local":"mairie"}],"adresse":[{"numero_voie":"1 place",'
    '"code_postal":"01000","nom_commune":"Bourg","longitude":"5.2","latitude":"46.2"}],"telephone":[{"valeur":"0400000000"}]},\n'
)
CENTRE = (
    MAYOR.replace("mairie", "cidf")
    .replace("Mairie", "CIDFF")
    .replace('"telephone"', '"code_insee_commune":"01053","telephone"')
)


def write_directory(path: Path) -> None:
    """Write a million services, of which a thousand help."""
    with path.open("w", encoding="utf-8") as file:
        file.write('{"service": [\n')
        for number in range(MILLION):
            file.write((MAYOR if number % 1000 else CENTRE) % number)
        file.write("{}]}")


def write_territory(path: Path) -> None:
    """Write the whole country once, then its first commune over and over, a million rows in all."""
    from services.router.cli import load_territory

    head = "code_commune;libelle_commune;institution;id_service;service;code_postal;codes_postaux\n"
    with path.open("w", encoding="utf-8") as file:
        file.write(head)
        rows = [f"{insee};x;GN;1;Brigade;;\n" for insee in load_territory().country.communes]
        file.writelines(rows)
        for _ in range(MILLION - len(rows)):
            file.write("01001;x;GN;1;Brigade;;\n")


@pytest.mark.parametrize(
    ("service", "write", "said"),
    [
        ("referral", write_directory, "1000 structures of DILA"),
        ("router", write_territory, "35014 communes, edition"),
    ],
)
def test_a_million_rows_are_imported_in_little_memory(
    tmp_path: Path, service: str, write: Callable[[Path], None], said: str
) -> None:
    file = tmp_path / "big"
    write(file)
    program = (
        f"import sys; from services.{service}.cli import main; from shared.geography.memory import peak_mb;"
        "code = main(['import', sys.argv[1], '--quiet']);"
        "print('MB', peak_mb()); sys.exit(code)"
    )
    done = subprocess.run(
        [sys.executable, "-c", program, str(file)],
        env={**os.environ, "HAVRE_TABLES_DIR": str(tmp_path / "tables")},
        capture_output=True,
        text=True,
        timeout=280,
        check=True,
    )
    assert said in done.stdout
    megabytes = float(done.stdout.split("MB ")[1])
    print(f"\n{service}: a million rows in {megabytes} MB")
    assert megabytes < MOST_MB
