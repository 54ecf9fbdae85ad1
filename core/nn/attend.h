// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/nn/torch.h"

#include <cstdint>

namespace portrait {

// softmax(scale * queries keys^T) values. While no gradient is wanted, some queries of one entry
// at a time, so that at most `score_bytes` of scores stand at once (at least one row of them): they
// are to stay in the cache.
//   queries [B, N, D], keys [B, M, D], values [B, M, E]; B counts pictures times heads -> [B, N, E]
Tensor attend(const Tensor& queries, const Tensor& keys, const Tensor& values, double scale,
              std::int64_t score_bytes = std::int64_t{4} << 20);

}  // namespace portrait
