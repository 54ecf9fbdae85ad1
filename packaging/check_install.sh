#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# Installs a build into a folder of its own and checks that tree, then spoils one thing after
# another and holds the check to see each.
#   check_install.sh BUILD
set -euo pipefail
here=$(dirname "$(readlink -f "$0")")
build=$(readlink -f "${1:?the build folder}")
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
root="$work/a place for it"
cmake --install "$build" --prefix "$root" --strip >"$work/log"
cmake --install "$build" --prefix "$root" --strip --component archive >>"$work/log"
"$here/check_tree.sh" "$root" "$root"

# seen WORDS FILE COMMAND...: after COMMAND on a copy of FILE the check fails with WORDS.
seen() {
  local words=$1 file=$root/$2
  shift 2
  cp -p "$file" "$work/kept"
  "$@" "$file"
  if "$here/check_tree.sh" "$root" >"$work/log" 2>&1 || ! grep -qF "$words" "$work/log"; then
    echo "check_install: not seen: $words ($*)" >&2
    cat "$work/log" >&2
    exit 1
  fi
  cp -p "$work/kept" "$file"
}
spoil_weights() {
  dd if=/dev/zero of="$1" bs=1000 count=1 seek=9000 conv=notrunc status=none
}
rewrite_page() {
  gzip -dc "$2" | sed "$1" | gzip -9n >"$work/page"
  cp "$work/page" "$2"
}
seen "no share/portrait-studio/samples" share/portrait-studio/samples/astronaut.png rm
seen "does not find its pack" share/portrait-studio/packs/compact/pack.json \
  sed -i 's/"networks"/"nets"/'
seen "the file was changed or cut short" share/portrait-studio/packs/compact/prior.safetensors \
  spoil_weights
seen "desktop entry is not valid" share/applications/portrait-studio.desktop sed -i s/^Exec=/Run=/
seen "AppStream" share/metainfo/io.portrait_studio.portrait_studio.metainfo.xml \
  sed -i '/<summary>/d'
seen "no MIME type" share/mime/packages/portrait-studio.xml sed -i 's/\*\.portrait/*.other/'
seen "does not render cleanly" share/man/man1/portrait.1.gz rewrite_page 's/^\.SH NAME/.NOTHING/'
seen "does not tell of replay" share/man/man1/portrait.1.gz rewrite_page s/replay/repeat/
seen "does not tell of --probe" share/man/man1/portrait-studio.1.gz rewrite_page '/probe/d'
echo "check_install: the tree is sound, and nine ways to spoil it were seen"
