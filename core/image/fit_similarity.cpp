// SPDX-License-Identifier: Apache-2.0
#include "core/image/fit_similarity.h"

#include "core/base/error.h"

namespace portrait {

Affine2 fit_similarity(std::span<const Eigen::Vector2d> from, std::span<const Eigen::Vector2d> to) {
  check(from.size() == to.size() && from.size() >= 2, ErrorCode::kInternal,
        "A similarity was asked for of {} and {} points", from.size(), to.size());
  Eigen::Vector2d mean_from = Eigen::Vector2d::Zero();
  Eigen::Vector2d mean_to = Eigen::Vector2d::Zero();
  for (std::size_t i = 0; i < from.size(); ++i) mean_from += from[i], mean_to += to[i];
  mean_from /= double(from.size());
  mean_to /= double(to.size());
  double dot = 0;
  double cross = 0;
  double norm = 0;
  for (std::size_t i = 0; i < from.size(); ++i) {
    const Eigen::Vector2d a = from[i] - mean_from;
    const Eigen::Vector2d b = to[i] - mean_to;
    dot += a.dot(b);
    cross += a.x() * b.y() - a.y() * b.x();
    norm += a.squaredNorm();
  }
  check(norm > 0, ErrorCode::kInternal, "A similarity was asked for of points that coincide");
  Affine2 out;
  out.leftCols<2>() << dot / norm, -cross / norm, cross / norm, dot / norm;
  out.col(2) = mean_to - out.leftCols<2>() * mean_from;
  return out;
}

}  // namespace portrait
