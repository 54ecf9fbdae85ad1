#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# On a bare CUDA machine with a compiler, CMake and Python's LibTorch: builds the preset
# gpu-train against that LibTorch and the carried headers, draws subjects, trains.
#   build_and_train.sh --build-only
#   build_and_train.sh SUBJECTS NETWORK OUT [OPTION...]
#       portrait synth --cache OUT/cache --count SUBJECTS, unless the cache is there already;
#       portrait train NETWORK --cache OUT/cache --out OUT OPTION...
#       NETWORK is prior, with --frontal among the options for its variant without a back. The
#       other networks cannot be trained here: the caches of vae and matting are JPEG and PNG files,
#       and the faces of landmarks are cut and spoilt by core/image, all of which need OpenCV, which
#       such a machine lacks. Build the preset cuda where OpenCV is, and `portrait train` has them.
# The head model comes from carry/heads (prepare_carry.sh --heads).
set -euo pipefail
here=$(dirname "$(readlink -f "$0")")
cd "$here/../.."

if [ "${1-}" != --build-only ] && [ $# -lt 3 ]; then
  sed -n '5,13s/^# \{0,1\}//p' "$0"
  exit 2
fi
if [ "$1" != --build-only ] && [ "$2" != prior ]; then
  echo "build_and_train: \"$2\" needs OpenCV, which this build is without; only prior can be" \
    "trained here. Use the preset cuda on a machine with OpenCV" >&2
  exit 2
fi
[ -d "$here/carry/fmt" ] || { echo "build_and_train: $here/carry is empty; run prepare_carry.sh" \
  "where the packages are, and bring it along" >&2; exit 1; }

torch=$(python3 -c 'import torch; print(torch.utils.cmake_prefix_path)')
echo "build_and_train: LibTorch in $torch"
generator=(-G "Unix Makefiles")
command -v ninja >/dev/null && generator=(-G Ninja)
cmake --preset gpu-train "${generator[@]}" -DCMAKE_PREFIX_PATH="$torch" \
  -DPORTRAIT_CARRY_DIR="$here/carry"
cmake --build build/gpu-train --parallel "$(nproc)" --target portrait
[ "$1" = --build-only ] && exit 0

subjects=$1
network=$2
out=$3
shift 3
heads=$here/carry/heads
if [ ! -d "$out/cache" ]; then
  [ -d "$heads" ] || { echo "build_and_train: there is no $heads to draw subjects from; run" \
    "prepare_carry.sh --heads FOLDER where the head model is" >&2; exit 1; }
  build/gpu-train/bin/portrait synth --cache "$out/cache" --count "$subjects" \
    --heads "$heads/ict_facekit_light.safetensors" --hair "$heads/hair_cc0.safetensors"
fi
exec build/gpu-train/bin/portrait train "$network" --cache "$out/cache" --out "$out" "$@"
