#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# On a bare CUDA machine: goes on with the base UNet, then with HPDM on it.
#   train_diffusion.sh PORTRAIT PACK DATA OUT UNET HPDM LARGE
#       PORTRAIT    the program that build.sh built
#       PACK        pack with vae, prior, unet, conditioner and hpdm, where both start
#       DATA        folders `pairs` and `latents` of caches that carry_caches.py has restored
#       OUT         gets pack/ with the new weights, and the runs' folders
#       UNET, HPDM  minutes of each
#       LARGE       minutes of each at its end on latents of 512 x 512 pixels, 0 for none
# Batches are drawn on all processors; LibTorch's own threads would get in their way.
set -euo pipefail
if [ $# -ne 7 ]; then
  sed -n '4,10s/^# \{0,1\}//p' "$0"
  exit 2
fi
portrait=$1 pack=$2 data=$3 out=$4 unet_minutes=$5 hpdm_minutes=$6 large=$7
export OMP_NUM_THREADS=4 PORTRAIT_THREADS=1

mkdir -p "$out"
cp -r "$pack" "$out/pack"

# NETWORK RATE BATCH MINUTES OPTION...
run() {
  local network=$1 rate=$2 batch=$3 minutes=$4
  shift 4
  "$portrait" train "$network" --out "$out/$network" --pack "$out/pack" --muon --device cuda \
    --learning-rate "$rate" --batch "$batch" --minutes "$minutes" --validation-seconds 20 "$@"
}
unet=(--cache "$data/latents" --vae "$out/pack")
hpdm=(--cache "$data/pairs" --base "$out/pack" --from-render 0.7)

run unet 2e-3 128 "$unet_minutes" "${unet[@]}" --from "$pack" --large-share 0
[ "$large" = 0 ] || run unet 8e-4 32 "$large" "${unet[@]}" --resume --large-share 1
run hpdm 2e-3 128 "$hpdm_minutes" "${hpdm[@]}" --from "$pack" --large-share 0
[ "$large" = 0 ] || run hpdm 8e-4 32 "$large" "${hpdm[@]}" --resume --large-share 1
