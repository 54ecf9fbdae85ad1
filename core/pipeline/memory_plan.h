// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/nn/precision.h"

#include <functional>

namespace portrait {

class ModelPack;

// What painting views of a head needs at its peak, in MB (2^20 bytes), beyond what the process
// holds before. Counted from the networks' sizes, with what allocators and kernels add measured on
// the compact pack and at the sizes of Stable Diffusion 1.5.
struct PaintingNeed {
  double weights = 0;      // of VAE, UNet and HPDM, as they are held
  double features = 0;     // of UNet and HPDM while one view is denoised
  double autoencoder = 0;  // while a picture is encoded or decoded
  double head = 0;         // a render of the head with its gradients
  // Features, autoencoder and head are not needed at once.
  double total() const;
};

// Of pictures of `size` pixels. Reads
// configurations and headers, no weights. Throws kNotFound, kCorrupt.
PaintingNeed painting_need(const ModelPack& pack, PrecisionChoice precision, int size);

struct PaintingPlan {
  int size = 0;        // of pictures, at most what was asked for
  double need_mb = 0;
  double free_mb = 0;  // 0: not known
};

// The largest size that fits into what is free, in steps of `step` from `wanted` down to
// kLeastPainting; without knowledge of what is free, the wanted one.
// Throws kOutOfMemory saying what is needed, what is there, and what can be tried.
inline constexpr int kLeastPainting = 256;
PaintingPlan plan_painting(const std::function<PaintingNeed(int size)>& need, int wanted, int step,
                           double free_mb);
// Of a pack.
PaintingPlan plan_painting(const ModelPack& pack, PrecisionChoice precision, int wanted,
                           double free_mb);

}  // namespace portrait
