// SPDX-License-Identifier: Apache-2.0
#include "core/nn/torch.h"

#include "core/guidance/gradient_consistency.h"

#include "core/base/error.h"

#include <algorithm>
#include <cmath>

namespace portrait {
namespace {

// In slices of a fixed length, each summed in double: the same for any number of threads.
double product_of(const Tensor& a, const Tensor& b) {
  constexpr std::int64_t kSlice = 1 << 16;
  const Tensor x = a.detach().reshape(-1);
  const Tensor y = b.detach().reshape(-1);
  double sum = 0;
  for (std::int64_t first = 0; first < x.numel(); first += kSlice) {
    const std::int64_t count = std::min(kSlice, x.numel() - first);
    sum += (x.narrow(0, first, count).to(at::kDouble) * y.narrow(0, first, count).to(at::kDouble))
               .sum()
               .item<double>();
  }
  return sum;
}

}  // namespace

double cosine_similarity(const GradientList& a, const GradientList& b) {
  check(a.size() == b.size(), ErrorCode::kInternal,
        "Gradients of {} and of {} parameters are compared", a.size(), b.size());
  double product = 0, a_square = 0, b_square = 0;
  for (std::size_t i = 0; i < a.size(); ++i) {
    if (a[i].defined()) a_square += product_of(a[i], a[i]);
    if (b[i].defined()) b_square += product_of(b[i], b[i]);
    if (!a[i].defined() || !b[i].defined()) continue;
    check(a[i].sizes() == b[i].sizes(), ErrorCode::kInternal,
          "Gradients of parameter {} differ in shape", i);
    product += product_of(a[i], b[i]);
  }
  if (a_square == 0 || b_square == 0) return 0;
  return std::clamp(product / std::sqrt(a_square * b_square), -1.0, 1.0);
}

double gradient_norm(const GradientList& gradient) {
  double square = 0;
  for (const Tensor& part : gradient) {
    if (part.defined()) square += product_of(part, part);
  }
  return std::sqrt(square);
}

RetentionScores judge_resampling(const GradientList& resampled, const GradientList& kept,
                                 const GradientList& driving) {
  RetentionScores scores;
  scores.resampled = cosine_similarity(resampled, driving);
  scores.kept = cosine_similarity(kept, driving);
  scores.accepted = scores.resampled > scores.kept;
  return scores;
}

void add_gradient(GradientList& sum, const GradientList& part) {
  if (sum.empty()) sum.resize(part.size());
  check(sum.size() == part.size(), ErrorCode::kInternal,
        "A gradient of {} parameters is added to one of {}", part.size(), sum.size());
  for (std::size_t i = 0; i < part.size(); ++i) {
    if (!part[i].defined()) continue;
    sum[i] = sum[i].defined() ? sum[i] + part[i].detach() : part[i].detach().clone();
  }
}

}  // namespace portrait
