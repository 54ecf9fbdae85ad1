#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# On a bare CUDA machine with a compiler, CMake and Python's torch: builds `portrait` and the check
# of the CUDA kernels by the preset gpu-train, against that torch and the carried headers
# (prepare_carry.sh). Where our own kernels do not build there, the programs are built without them:
# networks train by LibTorch's.
#   build.sh [BUILD_FOLDER]
set -euo pipefail
here=$(dirname "$(readlink -f "$0")")
cd "$here/../.."
build=$(readlink -m "${1:-build/gpu-train}")

[ -d "$here/carry/fmt" ] || { echo "build: $here/carry is empty; run prepare_carry.sh where the" \
  "packages are, and bring it along" >&2; exit 1; }
torch=$(python3 -c 'import importlib.util as u; print(u.find_spec("torch").submodule_search_locations[0])')
echo "build: LibTorch in $torch"
generator=(-G "Unix Makefiles")
command -v ninja >/dev/null && generator=(-G Ninja)

with() {
  cmake --preset gpu-train -B "$build" "${generator[@]}" -DPORTRAIT_TORCH_ROOT="$torch" \
    -DPORTRAIT_CARRY_DIR="$here/carry" -DPORTRAIT_CUDA="$1" &&
    cmake --build "$build" --parallel "$(nproc)" --target portrait
}
if ! with ON; then
  echo "build: again, without our CUDA kernels" >&2
  rm -f "$build/CMakeCache.txt"
  with OFF
fi
