// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/field/renderer.h"

namespace portrait {

// Numbers in [0,1) for the samples of every ray of a call: coarse [N,C] and fine [N,F].
struct SampleJitter {
  Tensor coarse;
  Tensor fine;

  SampleJitter slice(std::int64_t begin, std::int64_t length) const {
    return {coarse.narrow(0, begin, length), fine.narrow(0, begin, length)};
  }
  SampleJitter select(const Tensor& indices) const {
    return {coarse.index_select(0, indices), fine.index_select(0, indices)};
  }
};

SampleJitter sample_jitter(std::int64_t rays, const RenderOptions& options,
                           const at::TensorOptions& like);

// [N,C] ascending.
Tensor coarse_depths(const RayRanges& ranges, const Tensor& jitter, const RenderOptions& options);

// Coarse and fine depths in one ascending row, and where each went: column of the merged row.
struct MergedDepths {
  Tensor depths;       // [N,C+F]
  Tensor order;        // [N,C+F] int64: column of the unmerged row, coarse ones first
  Tensor coarse_rank;  // [N,C] int64
  Tensor fine_rank;    // [N,F] int64
};
MergedDepths merge_depths(const Tensor& coarse, const Tensor& fine);

// What one sample contributes to its ray when values are averaged at the two ends of an interval:
// weights [N,S-1] -> [N,S].
Tensor sample_weights(const Tensor& interval_weights);

}  // namespace portrait
