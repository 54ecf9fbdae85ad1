// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/field/hybrid_super_resolution.h"

#include <nlohmann/json_fwd.hpp>

#include <vector>

namespace portrait {

// Sizes of Portrait4D's static reconstructor (Deng et al., CVPR 2024; class
// TriPlaneReconstructorNeutralize). The defaults are the published ones; smaller ones make networks
// of the same class.
struct Portrait4DConfig {
  int image = 512;        // side of the crop that it takes; its planes are half as large
  int planes = 256;       // side of the planes handed on: image / 2, or image / 4 by 2 x 2 means
  int global_width = 64;  // first stage of the ResNet; the others are 2, 4 and 8 times as wide
  std::vector<int> global_blocks = {3, 4, 6, 3};  // ResNet-34
  int context_width = 256;                        // what the global encoder hands on
  int detail_width = 64;                          // first layer of the detail encoder
  int token_width = 1024;  // of both transformers; a multiple of 4 and of their heads
  int neutral_blocks = 4;
  int motion_blocks = 4;  // without motion, but applied all the same
  int canonical_heads = 4;
  int canonical_width = 128;  // of the convolutions behind the canonical transformer
  int generator_width = 256;  // and its half
  int generator_heads = 2;
  HybridWidths sr;  // "sr_widths", "latent"
};

// Keys as above, absent ones take the defaults, others are ignored. Throws kCorrupt naming the key
// whose value makes no network.
Portrait4DConfig portrait4d_config(const nlohmann::json& json);
nlohmann::json to_json(const Portrait4DConfig& config);

// Channels of the planes: 3 planes of 32.
inline constexpr int kPortrait4DPlaneChannels = 96;

}  // namespace portrait
