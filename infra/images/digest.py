"""``python -m infra.images.digest``: what images are made from, as one digest; a label of each image.

Tests use an image only when it is of the sources that are here, so that a stale one cannot pass or fail for another.
"""

import hashlib

from infra.docs.output import ROOT

LABEL = "havre.sources"
PYTHON = ("shared", "infra", "services")
OTHERS = ("requirements.lock", "infra/images/Dockerfile")


def digest() -> str:
    """Return the digest of all Python code of the system, its lock file and the Dockerfile."""
    files = [ROOT / name for name in OTHERS]
    files += [file for folder in PYTHON for file in (ROOT / folder).rglob("*.py") if "node_modules" not in file.parts]
    total = hashlib.sha256()
    for file in sorted(files):
        total.update(file.relative_to(ROOT).as_posix().encode())
        total.update(hashlib.sha256(file.read_bytes()).digest())
    return total.hexdigest()[:32]


if __name__ == "__main__":
    print(digest())
