"""Demo partners, one of each force for all departments, as ``python -m services.signalement partner add`` makes them.

In this process and not by that command: starting one more Python would take a tenth of the whole start.
"""

from dataclasses import dataclass
from pathlib import Path

import nats.errors
import nats.js.errors
from joserfc.jwk import ECKey

from infra.local.failure import LaunchFailed
from shared.contracts.conversation import Force
from shared.settings import Settings

NAMES = {Force.POLICE: "Police nationale (démonstration)", Force.GENDARMERIE: "Gendarmerie (démonstration)"}


@dataclass(frozen=True)
class DemoPartner:
    """One demo partner."""

    force: Force
    card: Path
    """The JSON that its software is started with."""


async def add_all(folder: Path, registrar: Settings, authority: ECKey) -> list[DemoPartner]:
    """Register the demo partners as the NATS user ``registrar``, each with its files in ``folder``.

    Raises ``LaunchFailed`` with what was wrong.
    """
    from services.signalement.partners import cli as partners
    from services.signalement.partners import registrar as office
    from services.signalement.partners.kit import Kit
    from services.signalement.partners.rules import Wanted
    from shared.audit.writing import AuditAway
    from shared.geography.table import read_departments

    departments, made = sorted(read_departments()), []
    try:
        async with office.registrar(registrar) as desk:
            for force, name in NAMES.items():
                wanted = Wanted(f"demo-{force}", name, force, departments)
                kit = Kit(folder / wanted.id, wanted.id)
                partner = partners.registered(wanted, kit.nkey(), partners.key_of(authority, wanted, kit.key()))
                await desk.add(partner)
                kit.write_card(partner, registrar.nats_url)
                made.append(DemoPartner(force, kit.card))
    except (ValueError, AuditAway, nats.errors.Error, nats.js.errors.Error, OSError) as error:
        raise LaunchFailed(f"demo partners were not registered: {type(error).__name__}: {error}") from error
    return made
