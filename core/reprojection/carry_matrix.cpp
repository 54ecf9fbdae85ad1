// SPDX-License-Identifier: Apache-2.0
#include "core/nn/torch.h"

#include "core/reprojection/carry_matrix.h"

#include "core/reprojection/kernels/closing.h"

#include <algorithm>
#include <cstddef>
#include <vector>

namespace portrait {
namespace {

struct Share {
  std::int32_t column;
  float weight;
};
using Row = std::vector<Share>;

void add(Row& row, const Row& other, float factor) {
  for (const Share& share : other) {
    const auto same = std::find_if(row.begin(), row.end(), [&](const Share& mine) {
      return mine.column == share.column;
    });
    if (same == row.end()) {
      row.push_back({share.column, factor * share.weight});
    } else {
      same->weight += factor * share.weight;
    }
  }
}

// The pixels that one pass closed, each of two ends that are whole by then.
void close(std::vector<Row>& rows, const std::uint8_t* closing, int first_code,
           std::ptrdiff_t stride) {
  for (std::size_t i = 0; i < rows.size(); ++i) {
    const int code = closing[i];
    if (code < first_code || code >= first_code + kGaps) continue;
    const Gap gap = gap_of(code);
    const float length = static_cast<float>(gap.before + gap.after);
    const std::ptrdiff_t at = static_cast<std::ptrdiff_t>(i);
    add(rows[i], rows[std::size_t(at - gap.before * stride)], float(gap.after) / length);
    add(rows[i], rows[std::size_t(at + gap.after * stride)], float(gap.before) / length);
  }
}

}  // namespace

CarryEntries carry_entries(const SplatMap& map) {
  const Tensor source = map.source.to(at::kCPU).contiguous();
  const Tensor closing = map.closing.to(at::kCPU).contiguous();
  const auto* winners = source.data_ptr<std::int32_t>();
  std::vector<Row> rows(std::size_t(source.numel()));
  for (std::size_t i = 0; i < rows.size(); ++i) {
    if (winners[i] >= 0) rows[i].push_back({winners[i], 1});
  }
  const auto* codes = closing.data_ptr<std::uint8_t>();
  close(rows, codes, kRowCode, 1);
  close(rows, codes, kColumnCode, map.width());
  close(rows, codes, kSeamCode, 1);

  std::vector<std::int64_t> targets, columns;
  std::vector<float> weights;
  for (std::size_t i = 0; i < rows.size(); ++i) {
    for (const Share& share : rows[i]) {
      targets.push_back(static_cast<std::int64_t>(i));
      columns.push_back(share.column);
      weights.push_back(share.weight);
    }
  }
  return {at::tensor(targets, at::kLong), at::tensor(columns, at::kLong), at::tensor(weights)};
}

}  // namespace portrait
