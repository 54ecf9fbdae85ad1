#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# Holds an installed or unpacked tree to what it must do on an artist's machine: both programs are
# started from another folder, with no compiler and no tool but the shell's in PATH, no network
# where the system lets it be taken away, and nothing of the source tree; the sample becomes a head
# with all its files. Desktop entry, metadata, MIME type, icons, manual and licences are checked by
# the tools of their own. Ends with 1 at the first thing that is wrong, and says what.
#   check_tree.sh ROOT [PROGRAMS] [--window]
# ROOT has bin and share; PROGRAMS is the folder to start the programs from (ROOT/bin). --window:
# also makes a head in the window, on a display of its own, and leaves its picture at $SCREENSHOT.
set -euo pipefail
window=
[ "${*: -1}" = --window ] && { window=yes; set -- "${@:1:$#-1}"; }
[ $# -ge 1 ] || { sed -n '3,11s/^# \{0,1\}//p' "$0"; exit 2; }
here=$(dirname "$(readlink -f "$0")")
root=$(readlink -f "$1")
programs=${2:-$root/bin}
share=$root/share
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

wrong() {
  echo "check_tree: $*" >&2
  exit 1
}
for tool in appstreamcli:appstream desktop-file-validate:desktop-file-utils groff:groff-base \
  update-mime-database:shared-mime-info python3:python3; do
  command -v "${tool%%:*}" >/dev/null || wrong "${tool%%:*} is not here; install ${tool##*:}"
done

sample=$share/portrait-studio/samples/astronaut.png
for file in bin/portrait bin/portrait-studio share/portrait-studio/packs/compact/pack.json \
  share/portrait-studio/samples/astronaut.png share/applications/portrait-studio.desktop \
  share/mime/packages/portrait-studio.xml share/icons/hicolor/scalable/apps/portrait-studio.svg \
  share/icons/hicolor/scalable/mimetypes/application-x-portrait-project.svg \
  share/man/man1/portrait.1.gz share/man/man1/portrait-studio.1.gz \
  share/doc/portrait-studio/copyright share/doc/portrait-studio/changelog.gz \
  share/doc/portrait-studio/changelog.Debian.gz share/doc/portrait-studio/settings.md; do
  [ -s "$root/$file" ] || wrong "there is no $file"
done

# What stands in the desktop's files.
desktop-file-validate "$share/applications/portrait-studio.desktop" >&2 ||
  wrong "the desktop entry is not valid"
appstreamcli validate --no-net "$share"/metainfo/*.metainfo.xml >"$work/metainfo" 2>&1 ||
  { cat "$work/metainfo" >&2; wrong "the AppStream metadata are not valid"; }
cp -r "$share/mime" "$work/mime"
update-mime-database "$work/mime" 2>"$work/errors" ||
  { cat "$work/errors" >&2; wrong "the MIME type is not valid"; }
grep -q ':application/x-portrait-project:\*\.portrait$' "$work/mime/globs2" ||
  wrong ".portrait has no MIME type"
python3 -I - "$share"/icons/hicolor/scalable/*/*.svg <<'PY' || wrong "an icon is not SVG"
import sys
import xml.etree.ElementTree as xml
for path in sys.argv[1:]:
    root = xml.parse(path).getroot()
    assert root.tag == "{http://www.w3.org/2000/svg}svg" and root.get("viewBox"), path
PY

# The programs, left alone.
mkdir -m 700 "$work/bin" "$work/home" "$work/elsewhere"
for tool in sh bash env cat dirname readlink sed sort tr ldd; do
  ln -s "$(command -v $tool)" "$work/bin/$tool"
done
without_network=()
if unshare --net true 2>/dev/null; then
  without_network=(unshare --net)
else
  echo "check_tree: this user may not take the network away; going on with it" >&2
fi
alone() {
  local program=$1
  shift
  (cd "$work/elsewhere" && "${without_network[@]}" env -u PORTRAIT_PACK -u PORTRAIT_SAMPLE \
    -u LD_LIBRARY_PATH -u QT_PLUGIN_PATH -u XDG_DATA_HOME PATH="$work/bin" HOME="$work/home" \
    XDG_RUNTIME_DIR="$work/home" "$programs/$program" "$@")
}
alone portrait info --json >"$work/info.json" || wrong "portrait info ended with $?"
python3 -I - "$work/info.json" "$share/portrait-studio/packs/compact" <<'PY' ||
import json, sys
pack = json.load(open(sys.argv[1]))["pack"]
assert isinstance(pack, dict), pack
assert pack["folder"] == sys.argv[2], f'the pack is taken from {pack["folder"]}'
PY
  wrong "portrait does not find its pack"
alone portrait pack verify >"$work/out" 2>&1 ||
  { cat "$work/out" >&2; wrong "the pack is not sound"; }

# The manual renders without a complaint, and knows every command and option that the programs do.
for page in portrait portrait-studio; do
  gzip -dc "$share/man/man1/$page.1.gz" >"$work/$page.1"
  groff -man -ww -Tutf8 -P-c "$work/$page.1" >"$work/$page.txt" 2>"$work/errors"
  [ ! -s "$work/errors" ] || { cat "$work/errors" >&2; wrong "$page.1 does not render cleanly"; }
done
known() {
  local word words
  mapfile -t words
  [ ${#words[@]} -gt 5 ] || wrong "the help of $1 says little: ${words[*]}"
  for word in "${words[@]}"; do
    grep -qE -- "(^|[^a-z-])$word([^a-z-]|\$)" <(sed 's/.\x08//g' "$work/$1.txt") ||
      wrong "$1.1 does not tell of $word"
  done
}
options() { grep -oE '^  (-[a-z], ?)?--[a-z-]+' | grep -oE -- '--[a-z-]+'; }
known portrait < <(alone portrait --help | sed -n '/^Subcommands:/,$ s/^  \([a-z]*\) .*/\1/p')
known portrait < <(alone portrait generate --help | sed '/^Settings$/,$d' | options)
known portrait-studio < <(alone portrait-studio --help | options)

# A head, made as quickly as can be: what counts is that every part runs.
quick=(--preset draft --set photo_fit.steps_max=2 --set detail.iterations=1
  --set "detail.viewpoints=30,0" --set detail.size=128 --set turntable.frames=4
  --set turntable.size=128 --set mesh.resolution=48)
alone portrait generate "$sample" --out "$work/head" --progress none "${quick[@]}" \
  2>"$work/errors" ||
  { code=$?; cat "$work/errors" >&2; wrong "portrait generate ended with $code"; }
python3 -I - "$work/head" <<'PY' || wrong "the head is not as it should be"
import hashlib, json, pathlib, sys
folder = pathlib.Path(sys.argv[1])
report = json.loads((folder / "report.json").read_text())
names = {output["path"] for output in report["outputs"]}
assert {"head.glb", "mesh_report.json", "seen.png", "turntable.mp4", "contact_sheet.png", "project.portrait"} <= names, names
for output in report["outputs"]:
    data = (folder / output["path"]).read_bytes()
    assert len(data) == output["bytes"], output
    assert hashlib.sha256(data).hexdigest() == output["sha256"], output
assert (folder / "head.glb").read_bytes()[:4] == b"glTF"
assert (folder / "turntable.mp4").read_bytes()[4:8] == b"ftyp"
assert (folder / "contact_sheet.png").read_bytes()[:4] == b"\x89PNG"
assert {stage["name"] for stage in report["stages"]} >= {"photo_fit", "detail"}, report["stages"]
assert report["front_psnr_db"] > 15 and report["front_mask_iou"] > 0.8, report
print(f'check_tree: a head at {report["front_psnr_db"]:.1f} dB after {report["total_s"]:.0f} s')
PY
alone portrait info "$work/head/project.portrait" >/dev/null || wrong "the project cannot be read"

if [ -n "$window" ]; then
  export SCREENSHOT=${SCREENSHOT:-$work/window.png} LIBGL_ALWAYS_SOFTWARE=1 QT_QPA_PLATFORM=xcb \
    NO_AT_BRIDGE=1
  rm -f "$SCREENSHOT"
  "${without_network[@]}" "$here/../tests/with_display" env -u LD_LIBRARY_PATH \
    -u QT_PLUGIN_PATH -u XDG_DATA_HOME PATH="$work/bin" HOME="$work/home" \
    XDG_RUNTIME_DIR="$work/home" "$programs/portrait-studio" "$sample" "${quick[@]}" \
    --size 1280x800 --when finished --screenshot "$SCREENSHOT" 2>"$work/errors" ||
    { code=$?; cat "$work/errors" >&2; wrong "portrait-studio ended with $code"; }
  alone portrait info --json "$SCREENSHOT" >"$work/window.json" ||
    wrong "the window left no picture"
  python3 -I - "$work/window.json" <<'PY' || wrong "the window's picture is not of its size"
import json, sys
facts = json.load(open(sys.argv[1]))
assert (facts["width"], facts["height"]) == (1280, 800), facts
PY
  [ "$(stat -c %s "$SCREENSHOT")" -gt 100000 ] || wrong "the window's picture is nearly empty"
  echo "check_tree: a head in the window"
fi
