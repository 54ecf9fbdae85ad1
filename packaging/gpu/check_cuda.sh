#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# On a bare CUDA machine, after build.sh: builds and runs the comparison of the CUDA kernels with
# the LibTorch reference. Prints every difference; fails when one is too large or when the build
# found no CUDA.
#   check_cuda.sh [BUILD_FOLDER]
set -euo pipefail
here=$(dirname "$(readlink -f "$0")")
build=${1:-$here/../../build/gpu-train}
[ -f "$build/CMakeCache.txt" ] || { echo "check_cuda: there is no $build; run build.sh first" >&2
  exit 1; }
cmake --build "$build" --parallel "$(nproc)" --target check_cuda
exec "$build/bin/check_cuda"
