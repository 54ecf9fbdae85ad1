#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# Unpacks the .deb and the tar.zst that `./studio package` made, and checks each: it starts, makes
# the sample's head on the command line and in the window and exports it, is of a bearable size,
# and names every package that it needs. Nothing is installed. Pictures of the two windows are left
# beside the packages.
#   check_packages.sh [FOLDER]       the folder with the packages (build/packages)
set -euo pipefail
here=$(dirname "$(readlink -f "$0")")
folder=$(readlink -f "${1:-$here/../build/packages}")
most_mb=400
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

wrong() {
  echo "check_packages: $*" >&2
  exit 1
}
one() {
  local found
  mapfile -t found < <(compgen -G "$folder/$1")
  [ ${#found[@]} = 1 ] || wrong "there is not one $1 in $folder, but ${#found[@]}"
  echo "${found[0]}"
}
deb=$(one 'portrait-studio_*.deb')
archive=$(one 'portrait-studio-*.tar.zst')

of_bearable_size() {
  local mb
  mb=$(du -sm --apparent-size "$1" | cut -f1)
  [ "$mb" -le $most_mb ] || wrong "$2 takes $mb MB unpacked, more than $most_mb"
  echo "check_packages: $(basename "$2"): $(($(stat -c %s "$2") / 1000000)) MB, $mb MB unpacked"
}

echo "check_packages: $deb"
dpkg-deb --extract "$deb" "$work/deb"
of_bearable_size "$work/deb" "$deb"
(cd "$work/deb" && dpkg-deb --ctrl-tarfile "$deb" | tar -xO ./md5sums | md5sum --check --quiet) ||
  wrong "the .deb's sums are not those of its files"
dpkg-deb --contents "$deb" | awk '$2 != "root/root" || substr($1, 9, 1) == "w" { print; bad = 1 }
  END { exit bad }' || wrong "files of another owner, or that anyone may write"
[ -z "$(find "$work/deb" -type f -not -path "$work/deb/usr/*")" ] || wrong "files outside /usr"

# Every library that a program names itself comes with a package that is asked for, under its name
# or one that it provides.
depends=$(dpkg-deb --field "$deb" Depends |
  tr ',|' '\n' | sed 's/^ *//; s/ .*//; s/:.*//' | sort -u)
asked_for() {
  local name
  for name in "$1" $(dpkg-query -W -f '${Provides}' "$1" | tr ',' '\n' | sed 's/^ *//; s/ .*//'); do
    grep -qxF "$name" <<<"$depends" && return
  done
  return 1
}
for program in portrait portrait-studio; do
  paths=$(ldd "$work/deb/usr/bin/$program")
  for library in $(objdump -p "$work/deb/usr/bin/$program" | sed -n 's/^ *NEEDED *//p'); do
    path=$(sed -n "s|^.*\(/[^ ]*/$library\) (.*|\1|p" <<<"$paths")
    [ -n "$path" ] || wrong "$program needs $library, which is not on this machine"
    package=$(dpkg-query -S "*/$library" | grep -F "$(basename "$(dirname "$path")")/$library" |
      sed 's/:.*//' | sort -u)
    [ -n "$package" ] || wrong "no package has $path"
    asked_for "$package" || wrong "$program needs $library of $package, which is not asked for"
  done
done
SCREENSHOT=$folder/window-deb.png "$here/check_tree.sh" "$work/deb/usr" --window

echo "check_packages: $archive"
mkdir "$work/an artist's folder" "$work/links"
tar --zstd -xf "$archive" -C "$work/an artist's folder"
roots=("$work/an artist's folder"/*)
root=${roots[0]}
[ ${#roots[@]} = 1 ] || wrong "the archive has not one folder"
of_bearable_size "$root" "$archive"
for file in portrait portrait-studio README.md LICENSE; do
  [ -s "$root/$file" ] || wrong "the archive has no $file"
done
# Its README names what the .deb asks for, but for what every Debian has.
named=$(sed -n '/apt-get install/,/^$/p' "$root/README.md" | grep -oE '(lib|opencv-)[a-z0-9.-]+')
for package in $named; do
  asked_for "$package" || wrong "the README names $package, which the .deb does not ask for"
done
for package in $depends; do
  case $package in libc6 | libgcc-s1 | libstdc++6) continue ;; esac
  grep -qxF "${package%-fmt*}" <<<"$named" || wrong "the README does not name $package"
done
ln -s "$root/portrait" "$root/portrait-studio" "$work/links"
SCREENSHOT=$folder/window-archive.png "$here/check_tree.sh" "$root" "$work/links" --window
# A library that is not there is named, with where it comes from.
sed -i 's/libhwy\.so\.1/libnot.so.1/' "$root/bin/portrait"
if "$root/portrait" info >"$work/out" 2>&1; then wrong "portrait runs without a library"; fi
for words in 'not installed: libnot.so.1' libhwy1; do
  grep -qF "$words" "$work/out" || wrong "the launcher does not say what is missing"
done
echo "check_packages: both packages are sound"
