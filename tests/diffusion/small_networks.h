// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/diffusion/unet_config.h"
#include "tests/support/small_pack.h"

namespace portrait {

// The sizes that the reference fixtures unet_small and brushnet_small were computed with.
inline UNetSizes small_sizes() {
  UNetSizes sizes;
  sizes.block_out_channels = {32, 64, 64, 64};
  sizes.norm_num_groups = 8;
  return sizes;
}

inline UNetConfig small_unet_config() {
  UNetConfig config;
  config.sizes = small_sizes();
  config.attention.heads = {4, 4, 4, 4};
  config.attention.cross_attention_dim = 24;
  return config;
}

}  // namespace portrait
