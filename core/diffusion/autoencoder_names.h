// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <string>
#include <vector>

namespace portrait {

// Older files of an AutoencoderKL, that of Stable Diffusion 1.5 among them, call the layers of the
// attention in the middle query, key, value and proj_attn, and some hold their weights as 1 x 1
// kernels. The names and shapes of today, that AutoencoderKL asks for; others stay as they are.
std::string modern_autoencoder_name(const std::string& name);
std::vector<std::int64_t> modern_autoencoder_shape(const std::string& name,
                                                   const std::vector<std::int64_t>& shape);

}  // namespace portrait
