#!/bin/sh
# Build every image, as docker-compose.yml names them. Wheels are gathered here first, so that building needs no package
# index; with the classic builder, so that it needs no plugin either.
# Usage: build.sh PYTHON
set -eu
python=$1

# Published as source alone, and Python alone: made into wheels here, from sources held to the lock's hashes.
unbuilt="nkeys"

# Without its conditions, the lock names what any Python 3.11 may need, this machine's or the image's; what only a later
# one needs is left out.
rm -rf build/wheels
mkdir -p build/wheels/made
awk -v unbuilt="^($unbuilt)==" '
    /^[^ #]/ { later = /python_full_version >= .3\.1[2-9]/; file = $0 ~ unbuilt ? "build/wheels/unbuilt.txt" : "build/wheels/built.txt" }
    !later { sub(/ ;.*\\$/, " \\"); print > file }' requirements.lock
"$python" -m pip download --quiet --disable-pip-version-check --require-hashes --no-deps --only-binary :all: \
    --python-version 3.11 --platform "manylinux_2_28_$(uname -m)" --platform "manylinux_2_17_$(uname -m)" \
    --platform "manylinux2014_$(uname -m)" --dest build/wheels -r build/wheels/built.txt
"$python" -m pip wheel --quiet --disable-pip-version-check --require-hashes --no-deps --no-binary :all: \
    --wheel-dir build/wheels/made -r build/wheels/unbuilt.txt

sources=$("$python" -m infra.images.digest)

build() {
    name=$1
    shift
    echo "building havre-$name:local"
    DOCKER_BUILDKIT=0 docker build --quiet --build-arg PIP_NO_INDEX=1 --label "havre.sources=$sources" -f infra/images/Dockerfile \
        -t "havre-$name:local" "$@" . >/dev/null
}

for service in gateway router dispatcher signalement referral; do
    build "$service" --target service --build-arg "SERVICE=$service"
done
for server in nats valkey prometheus; do
    build "$server" --target "$server"
done
