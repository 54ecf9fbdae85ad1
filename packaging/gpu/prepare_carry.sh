#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# Fills packaging/gpu/carry with what a bare CUDA machine lacks: the headers of fmt, spdlog,
# nlohmann-json, CLI11 and Eigen (about 12 MB), and with --heads the head model to train on.
#   prepare_carry.sh [--heads FOLDER]
# The folder is ignored by git. Copy the working tree with it to the machine and run
# build.sh there.
set -euo pipefail
here=$(dirname "$(readlink -f "$0")")
carry=$here/carry

heads=
case ${1-} in
  "") ;;
  --heads) heads=${2:?--heads needs a folder} ;;
  *)
    sed -n '4,8s/^# \{0,1\}//p' "$0"
    exit 2
    ;;
esac

rm -rf "$carry"
mkdir -p "$carry/eigen3"
for folder in fmt spdlog nlohmann CLI; do
  [ -d /usr/include/$folder ] || { echo "prepare_carry: /usr/include/$folder is missing; install" \
    "libfmt-dev libspdlog-dev nlohmann-json3-dev libcli11-dev libeigen3-dev" >&2; exit 1; }
  cp -rL /usr/include/$folder "$carry/"
done
cp -rL /usr/include/eigen3/Eigen "$carry/eigen3/"
if [ -n "$heads" ]; then
  mkdir -p "$carry/heads"
  cp -L "$heads"/*.safetensors "$carry/heads/"
fi
size=$(du -sm "$carry" | cut -f1)
echo "prepare_carry: $size MB in $carry"
[ "$size" -le 60 ] || { echo "prepare_carry: more than the 60 MB allowed" >&2; exit 1; }
