// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/base/random.h"
#include "core/diffusion/hpdm.h"
#include "core/training/pair_file.h"
#include "core/training/unet_batch.h"

#include <map>
#include <vector>

namespace portrait {

// What a step of HPDM is trained on: the base's part, and what the branches are told. On the CPU.
struct HpdmBatch {
  UnetBatch base;
  HpdmView view;
  Tensor render;       // [B, L, s, s] latents of the head's render of the same views
  Tensor from_render;  // [B, 1, 1, 1] of 0 and 1: whether that is what is noised

  std::map<int, LinkEntries> entries;  // of the view's links, where they are wanted

  Tensor start() const;  // what is noised: the render or base.clean

  // The entries become the view's matrices there.
  HpdmBatch to(at::Device device) const;
};

// A pair: of which file, which target, how it came about.
struct PairChoice {
  int file = 0;
  int view = 0;
  PairKind kind = PairKind::kExact;
  bool true_normals = false;
  bool from_render = false;  // the start is the head's render
};

// How a pair came about alone: half of the samples are driven by the head's depth, half of those by
// its render too.
PairChoice draw_pair_kind(RandomStream& random);
// Any file (with large latents, if those are wanted) and view, and draw_pair_kind(). Throws kNotFound when
// no file will do.
PairChoice draw_pair(const std::vector<PairFile>& files, bool large, double from_render,
                     RandomStream& random);

// How samples are put together.
struct PairLayout {
  bool large = false;     // which latents
  bool entries = false;  // of the links as matrices too
  UNetSizes sizes{};      // of the branches
};

// Samples of one size; noise from the key, t undefined, every photo shown.
HpdmBatch gather_pairs(const std::vector<PairFile>& files, const std::vector<PairChoice>& choices,
                       const PairLayout& layout, const RandomKey& key);

struct HpdmDraw {
  int count = 8;
  double dropped = 0;      // probability that a photo is withheld
  double from_render = 0;  // that a sample starts as the head's render
};
// Views are painted from t = 500 or less, the presets' range, and what the base makes of more noise
// stays the base's.
inline constexpr TimestepFocus kPaintingSteps{100, 560, 0.9};

// A batch as it is trained on: pairs as draw_pair(), timesteps gathering at kPaintingSteps.
HpdmBatch draw_hpdm_batch(const std::vector<PairFile>& files, const HpdmDraw& draw,
                          const PairLayout& layout, const RandomKey& key);

}  // namespace portrait
