#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# On a bare CUDA machine, after build.sh: draws subjects and trains the prior on them.
#   train_prior.sh SUBJECTS OUT [OPTION...]
#       portrait synth --cache OUT/cache --count SUBJECTS, unless the cache is there already;
#       portrait train prior --cache OUT/cache --out OUT --muon --device cuda --batch 32 OPTION...
#       (--from PACK --learning-rate 1e-3 to go on from a pack's, --frontal for the variant without
#       a back)
# The head model comes from carry/heads (prepare_carry.sh --heads).
set -euo pipefail
here=$(dirname "$(readlink -f "$0")")
cd "$here/../.."
if [ $# -lt 2 ]; then
  sed -n '4,9s/^# \{0,1\}//p' "$0"
  exit 2
fi
subjects=$1
out=$2
shift 2
heads=$here/carry/heads
if [ ! -d "$out/cache" ]; then
  [ -d "$heads" ] || { echo "train_prior: there is no $heads to draw subjects from; run" \
    "prepare_carry.sh --heads FOLDER where the head model is" >&2; exit 1; }
  build/gpu-train/bin/portrait synth --cache "$out/cache" --count "$subjects" \
    --heads "$heads/ict_facekit_light.safetensors" --hair "$heads/hair_cc0.safetensors"
fi
# Batches are drawn on all processors; LibTorch's own threads would get in their way.
export OMP_NUM_THREADS=1 PORTRAIT_THREADS=1
exec build/gpu-train/bin/portrait train prior --cache "$out/cache" --out "$out" --muon \
  --device cuda --batch 32 "$@"
