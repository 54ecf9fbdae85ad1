// SPDX-License-Identifier: Apache-2.0
#include "core/nn/torch.h"

#include "core/nn/attend.h"

#include "core/base/error.h"

#include <algorithm>

namespace portrait {

Tensor attend(const Tensor& queries, const Tensor& keys, const Tensor& values, double scale,
              std::int64_t score_bytes) {
  const bool fits = queries.dim() == 3 && keys.dim() == 3 && values.dim() == 3 &&
                    queries.size(0) == keys.size(0) && queries.size(2) == keys.size(2) &&
                    values.size(0) == keys.size(0) && values.size(1) == keys.size(1);
  check(fits, ErrorCode::kInternal, "Attention's queries, keys and values do not fit each other");
  // A device would wait for the many small products more than it would compute.
  if (at::GradMode::is_enabled() || !queries.is_cpu()) {
    return at::bmm(at::softmax(at::bmm(queries * scale, keys.transpose(1, 2)), -1), values);
  }
  // Products of a head's few numbers are slower in bfloat16 than in float, and the scores coarser.
  if (queries.scalar_type() == at::kBFloat16) {
    return attend(queries.to(at::kFloat), keys.to(at::kFloat), values.to(at::kFloat), scale,
                  score_bytes)
        .to(at::kBFloat16);
  }
  const std::int64_t count = queries.size(1);
  const std::int64_t row_bytes =
      std::max<std::int64_t>(1, keys.size(1) * static_cast<std::int64_t>(keys.element_size()));
  const std::int64_t step = std::clamp<std::int64_t>(score_bytes / row_bytes, 1, count);
  // One entry of the batch after another: its keys, its values and the scores of a piece stay in
  // the cache from one product to the next, and LibTorch's batched product is no faster.
  Tensor out = at::empty({queries.size(0), count, values.size(2)}, values.options());
  Tensor scores = at::empty({step, keys.size(1)}, values.options());
  for (std::int64_t b = 0; b < queries.size(0); ++b) {
    const Tensor rows = queries[b] * scale;
    const Tensor turned = keys[b].t();
    for (std::int64_t first = 0; first < count; first += step) {
      const std::int64_t end = std::min(first + step, count);
      Tensor some = scores.slice(0, 0, end - first);
      Tensor mixed = out[b].slice(0, first, end);
      at::mm_out(some, rows.slice(0, first, end), turned);
      at::softmax_out(some, some, -1);
      at::mm_out(mixed, some, values[b]);
    }
  }
  return out;
}

}  // namespace portrait
