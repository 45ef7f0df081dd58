#!/bin/sh
# Bring the composed stack up, hold one chat through it, take it down. Usage: compose-test.sh PYTHON
set -eu
python=$1
HAVRE_GATEWAY_PORT=${HAVRE_GATEWAY_PORT:-8080}
HAVRE_DISPATCHER_PORT=${HAVRE_DISPATCHER_PORT:-8081}
HAVRE_PROMETHEUS_PORT=${HAVRE_PROMETHEUS_PORT:-9090}
HAVRE_DEMO_PASSWORD=$("$python" -c 'import secrets; print(secrets.token_urlsafe(12))')
export HAVRE_GATEWAY_PORT HAVRE_DISPATCHER_PORT HAVRE_PROMETHEUS_PORT HAVRE_DEMO_PASSWORD

# A project of its own, so that what is running already, and its volumes, are left alone.
compose() {
    docker compose --project-name havre-test --progress quiet "$@"
}
take_down() {
    status=$?
    if [ "$status" != 0 ]; then
        compose ps --all
        compose logs --tail 20
    fi
    compose down --volumes --timeout 15
    exit "$status"
}

"$python" -m infra.images.passwords
trap take_down EXIT
trap 'exit 130' INT TERM
compose up --detach --wait --no-build
for force in police gendarmerie; do
    compose run --rm -T -e HAVRE_DEMO_PASSWORD office \
        account add "${force}1" --force "$force" --password-env HAVRE_DEMO_PASSWORD
done
"$python" -m tests.compose.chat \
    "http://127.0.0.1:$HAVRE_GATEWAY_PORT" "http://127.0.0.1:$HAVRE_DISPATCHER_PORT" \
    "http://127.0.0.1:$HAVRE_PROMETHEUS_PORT"
