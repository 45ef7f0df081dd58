"""No image can hold a secret: none is in what an image is built from, and the recipe asks for none."""

import re
from pathlib import Path

import pytest
from docker.utils.build import exclude_paths

ROOT = Path(__file__).resolve().parents[3]
DOCKERFILE = (ROOT / "infra/images/Dockerfile").read_text(encoding="utf-8")
COPIED = {"build/wheels", "shared", "infra", "infra/prometheus/prometheus.yml"}
COPIED_SERVICES = {"services/__init__.py", "services/${SERVICE}"}
WANTED = [
    "build/wheels/built.txt",
    "build/wheels/made/nkeys.whl",
    "build/wheels/aiohttp.whl",
    "shared/keys.py",
    "services/gateway/app.py",
    "services/gateway/web/dist/index.html",
    "services/dispatcher/staff/passwords.py",
    "infra/nats/config.py",
]
UNWANTED = [
    ".env",
    ".git/config",
    ".npmrc",
    ".secrets.baseline",
    "build/compose/nats.env",
    "run/stack.json",
    "var/jetstream/store",
    "services/gateway/.env",
    "services/gateway/.env.local",
    "services/dispatcher/signing.key",
    "services/dispatcher/web/src/main.tsx",
    "shared/tls/server.pem",
    "infra/keys/prosecutor.jwk",
    "infra/staff.p12",
    "infra/staff.pfx",
    "infra/passwords.kdbx",
    "tests/conftest.py",
    "notes.txt",
]


@pytest.fixture
def context(tmp_path: Path) -> set[str]:
    """What Docker would be sent of a repository that has all of these files."""
    for name in (*WANTED, *UNWANTED):
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text("x")
    lines = (ROOT / ".dockerignore").read_text(encoding="utf-8").splitlines()
    sent = exclude_paths(str(tmp_path), [line for line in lines if line and not line.startswith("#")])
    return {name for name in sent if (tmp_path / name).is_file()}


def test_docker_is_sent_what_the_images_need(context: set[str]) -> None:
    assert set(WANTED) - context == set()


def test_docker_is_sent_no_file_that_could_hold_a_secret(context: set[str]) -> None:
    assert context & set(UNWANTED) == set()


def test_the_recipe_copies_what_is_named_here_and_nothing_else() -> None:
    copies = re.findall(r"^COPY (?!--from)(.+)$", DOCKERFILE, re.MULTILINE)
    assert {source for line in copies for source in line.split()[:-1]} == COPIED | COPIED_SERVICES
    assert "\nADD " not in DOCKERFILE


def test_the_recipe_takes_and_sets_no_secret() -> None:
    names = re.findall(r"^(?:ARG|ENV)\s+(.+(?:\\\n.+)*)", DOCKERFILE, re.MULTILINE)
    set_here = {name for line in names for name in re.findall(r"([A-Z][A-Z0-9_]*)=", line)}
    assert set_here
    assert not [name for name in set_here if re.search(r"PASSWORD|SECRET|TOKEN|KEY|CREDENTIAL|_URL", name)]
