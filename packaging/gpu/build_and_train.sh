#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# On a bare CUDA machine with a compiler, CMake and Python's LibTorch: builds the preset
# gpu-train against that LibTorch and the carried headers, then trains.
#   build_and_train.sh --build-only
#   build_and_train.sh NETWORK OUT [OPTION...]    portrait train NETWORK --out OUT OPTION...
# With carry/heads (prepare_carry.sh --heads) the trainer is pointed at it.
set -euo pipefail
here=$(dirname "$(readlink -f "$0")")
cd "$here/../.."

[ $# -ge 1 ] || { sed -n '5,7s/^# \{0,1\}//p' "$0"; exit 2; }
[ -d "$here/carry/fmt" ] || { echo "build_and_train: $here/carry is empty; run prepare_carry.sh" \
  "where the packages are, and bring it along" >&2; exit 1; }

torch=$(python3 -c 'import torch; print(torch.utils.cmake_prefix_path)')
echo "build_and_train: LibTorch in $torch"
generator=(-G "Unix Makefiles")
command -v ninja >/dev/null && generator=(-G Ninja)
cmake --preset gpu-train "${generator[@]}" -DCMAKE_PREFIX_PATH="$torch" \
  -DPORTRAIT_CARRY_DIR="$here/carry"
cmake --build build/gpu-train --parallel "$(nproc)" --target portrait
build/gpu-train/bin/portrait info || true
[ "$1" = --build-only ] && exit 0

network=$1
out=$2
shift 2
heads=()
[ -d "$here/carry/heads" ] && heads=(--heads "$here/carry/heads")
exec build/gpu-train/bin/portrait train "$network" --out "$out" "${heads[@]}" "$@"
