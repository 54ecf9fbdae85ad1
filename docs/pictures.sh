#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# Takes the pictures of the manual and of the README anew, from the window on the sample photo. No
# display is needed. Takes some minutes: heads are made for real.
set -euo pipefail
cd "$(dirname "$0")/.."
studio=build/release/bin/portrait-studio
[ -x "$studio" ] || { echo "pictures: $studio is not there; run ./studio build first" >&2; exit 1; }
photo=${1:-/usr/lib/python3/dist-packages/imageio/resources/images/astronaut.png}
[ -f "$photo" ] || { echo "pictures: there is no photo at $photo; name one" >&2; exit 1; }
home=$(mktemp -d)
trap 'rm -rf "$home"' EXIT

# picture FILE MOMENT [ARGUMENT...]
picture() {
  local file=$1 moment=$2
  shift 2
  echo "pictures: $file"
  HOME=/home/artist XDG_DATA_HOME=$home XDG_CONFIG_HOME=$home XDG_CACHE_HOME=$home xvfb-run -a -s "-screen 0 1600x1000x24" \
    "$studio" --size 1440x900 --when "$moment" --screenshot "$file" "$@"
}

mkdir -p docs/pictures
picture docs/pictures/opened.jpg opened
picture docs/pictures/first_head.jpg first-head --appearance light "$photo"
picture docs/pictures/painting.jpg painting --preset draft "$photo"
picture resources/screenshots/studio.png finished --preset draft "$photo"
if command -v blender >/dev/null; then
  echo "pictures: docs/pictures/blender.jpg"
  build/release/bin/portrait generate "$photo" --preset draft --out "$home/head" --progress none
  blender --background --python docs/blender_picture.py -- "$home/head/head.glb" \
    "$PWD/docs/pictures/blender.jpg" >"$home/blender.log" || { cat "$home/blender.log" >&2; exit 1; }
else
  echo "pictures: Blender is not installed, so docs/pictures/blender.jpg stays" >&2
fi
