#!/bin/sh
# Make sure that the end-to-end tests find a browser: the one named, one installed, or Debian's, installed as root.
set -eu

if [ -n "${HAVRE_TEST_BROWSER:-}" ]; then
    exit 0
fi
if command -v chromium-headless-shell >/dev/null; then
    exit 0
fi
if [ "$(id -u)" = 0 ] && [ -e /etc/debian_version ] && command -v apt-get >/dev/null; then
    echo "installing Debian's chromium-headless-shell for the end-to-end tests" >&2
    if apt-get update -qq &&
        DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends chromium-headless-shell >/dev/null; then
        exit 0
    fi
fi
for name in chromium chromium-browser google-chrome google-chrome-stable; do
    if command -v "$name" >/dev/null; then
        exit 0
    fi
done
echo "The end-to-end tests need a browser: install chromium-headless-shell or chromium (Debian: apt-get install ...), or" >&2
echo "name one in HAVRE_TEST_BROWSER. \`make test-unit\` runs without." >&2
exit 1
