#!/bin/sh
# Make the base image from Debian's packages, under the tag that the Dockerfile asks for, where no registry of images is
# reachable. Needs root, debootstrap and a Docker engine. Usage: base-from-debian.sh [TAG]
set -eu
tag=${1:-python:3.11-slim-bookworm}
suite=bookworm # its Python is 3.11, as in the real base image

if docker image inspect "$tag" >/dev/null 2>&1; then
    echo "$tag is here already"
    exit 0
fi
root=$(mktemp -d)
trap 'rm -rf "$root"' EXIT
debootstrap --variant=minbase --include=ca-certificates,python3,python3-venv,tzdata "$suite" "$root" >/dev/null
rm -rf "$root/var/cache/apt/archives" "$root/var/lib/apt/lists" "$root/usr/share/doc" "$root/usr/share/locale"
ln -s /usr/bin/python3 "$root/usr/local/bin/python"
tar -C "$root" -c . | docker import --change 'CMD ["python"]' - "$tag" >/dev/null
echo "made $tag from Debian $suite"
