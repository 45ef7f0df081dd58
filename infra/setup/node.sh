#!/bin/sh
# Run a command with Node 20.19 or newer: the one installed here when it will do, else the wheel of
# requirements-node.lock, installed into the virtual environment. Usage: node.sh VENV COMMAND...
set -eu
venv=$1
shift

fits() {
    "$1" -e 'const [a, b] = process.versions.node.split(".").map(Number); process.exit(a > 20 || (a == 20 && b >= 19) ? 0 : 1)' 2>/dev/null
}

if ! { fits node && command -v npm >/dev/null; }; then
    PATH="$(cd "$venv/bin" && pwd):$PATH"
    export PATH
    if ! fits node; then
        echo "installing Node into $venv" >&2
        "$venv/bin/python" -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements-node.lock
    fi
fi
exec "$@"
