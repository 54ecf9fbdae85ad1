// SPDX-License-Identifier: Apache-2.0
#include "core/nn/torch.h"

#include "core/training/texture_loss.h"

#include "core/base/error.h"
#include "core/nn/check_shape.h"
#include "core/nn/random_tensor.h"

namespace portrait {
namespace {

constexpr std::int64_t kFilters = 12;
constexpr std::int64_t kSide = 5;  // of a filter
constexpr std::int64_t kWindow = 32;
constexpr int kSizes = 3;

Tensor random_filters(const RandomKey& key, const at::TensorOptions& options) {
  const Tensor filters = normal_tensor(key, {kFilters, 3, kSide, kSide});
  const Tensor norms = filters.flatten(1).norm(2, {1}, true).view({kFilters, 1, 1, 1});
  return (filters / norms).to(options);
}

Tensor fine_band(const Tensor& x) {
  const Tensor padded = at::replication_pad2d(x, {1, 1, 1, 1});
  return x - at::avg_pool2d(padded, {3, 3}, {1, 1});
}

// [B, filters, windows, responses], each window's from the smallest to the largest.
Tensor sorted_responses(const Tensor& x, const Tensor& filters) {
  constexpr std::int64_t kRim = kSide / 2;
  const Tensor padded = at::replication_pad2d(fine_band(x), {kRim, kRim, kRim, kRim});
  const Tensor responses = at::conv2d(padded, filters);
  const std::int64_t rows = x.size(2) / kWindow, columns = x.size(3) / kWindow;
  const Tensor windows = responses.view({x.size(0), kFilters, rows, kWindow, columns, kWindow})
                             .permute({0, 1, 2, 4, 3, 5})
                             .reshape({x.size(0), kFilters, rows * columns, kWindow * kWindow});
  return std::get<0>(windows.sort(-1));
}

}  // namespace

Tensor texture_loss(const Tensor& pictures, const Tensor& truth, const RandomKey& key) {
  check_shape(pictures, {truth.size(0), 3, truth.size(2), truth.size(3)}, "pictures");
  check(truth.size(2) % kWindow == 0 && truth.size(3) % kWindow == 0, ErrorCode::kInternal,
        "The texture of pictures of {} x {} was asked for; their sides must be multiples of {}",
        truth.size(3), truth.size(2), kWindow);
  const Tensor filters = random_filters(key, truth.options());
  Tensor mine = pictures;
  Tensor right = truth;
  Tensor loss = at::zeros({}, truth.options());
  for (int size = 0; size < kSizes; ++size) {
    if (right.size(2) % kWindow != 0 || right.size(3) % kWindow != 0) break;
    loss = loss + (sorted_responses(mine, filters) - sorted_responses(right, filters)).abs().mean();
    mine = at::avg_pool2d(mine, {2, 2});
    right = at::avg_pool2d(right, {2, 2});
  }
  return loss;
}

}  // namespace portrait
