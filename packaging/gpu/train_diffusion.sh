#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# On a bare CUDA machine: goes on with the base UNet and with HPDM.
#   train_diffusion.sh PORTRAIT PACK DATA OUT FIRST SECOND LARGE
#       PORTRAIT  the program that build.sh built
#       PACK      pack with vae, prior, unet, conditioner and hpdm, where both start
#       DATA      folders `pairs` and `latents` of caches that carry_caches.py has restored
#       OUT       gets pack/ with the new weights, and the runs' folders
#       FIRST     minutes in which the UNet learns and, beside it, HPDM goes on with the UNet of PACK
#       SECOND    minutes of HPDM with the new UNet, from there
#       LARGE     minutes of each at its end on latents of 512 x 512 pixels, 0 for none
# One network does not fill such a device, so two learn side by side. Batches are drawn on all
# processors; LibTorch's own threads would get in their way.
set -euo pipefail
if [ $# -ne 7 ]; then
  sed -n '4,11s/^# \{0,1\}//p' "$0"
  exit 2
fi
portrait=$1 pack=$2 data=$3 out=$4 first=$5 second=$6 large=$7
export OMP_NUM_THREADS=4 PORTRAIT_THREADS=1

mkdir -p "$out"
cp -r "$pack" "$out/before"
cp -r "$pack" "$out/pack"

# NETWORK FOLDER PACK RATE BATCH MINUTES OPTION...
run() {
  local network=$1 folder=$out/$2 to=$out/$3 rate=$4 batch=$5 minutes=$6
  shift 6
  "$portrait" train "$network" --out "$folder" --pack "$to" --muon --device cuda \
    --learning-rate "$rate" --batch "$batch" --minutes "$minutes" "$@"
}
latents=(--cache "$data/latents" --vae "$out/pack")
pairs=(--cache "$data/pairs" --from-render 0.7 --validation-seconds 60)

(
  run unet unet pack 2e-3 128 "$first" "${latents[@]}" --from "$pack" --large-share 0
  [ "$large" = 0 ] || run unet unet pack 3e-4 32 "$large" "${latents[@]}" --resume --large-share 1
) &
unet=$!
run hpdm hpdm_first before 2e-3 128 "$first" "${pairs[@]}" --base "$pack" --from "$pack" \
  --large-share 0
wait "$unet"
run hpdm hpdm pack 2e-3 128 "$second" "${pairs[@]}" --base "$out/pack" --from "$out/before" \
  --large-share 0
[ "$large" = 0 ] ||
  run hpdm hpdm pack 3e-4 32 "$large" "${pairs[@]}" --base "$out/pack" --resume --large-share 1
