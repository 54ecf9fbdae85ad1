// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/image/resample.h"

#include <span>

namespace portrait {

// The similarity (turn, scale, shift; never a mirror image) that takes `from` to `to` with the
// least sum of squared distances: Umeyama, PAMI 1991, in the plane. As many points in `to` as in
// `from`, at least two, that do not all coincide; kInternal otherwise.
Affine2 fit_similarity(std::span<const Eigen::Vector2d> from, std::span<const Eigen::Vector2d> to);

}  // namespace portrait
