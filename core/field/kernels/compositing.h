// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/base/host_device.h"

namespace portrait {

// Front to back compositing along one ray, on any scalar type, forward and backward. `kept` [n] is
// the transmittance exp(-optical depth) of each interval.

// weights[k] = (1 - kept[k]) * product of kept before k; returns the opacity, their sum.
template <typename Scalar>
PORTRAIT_HOST_DEVICE Scalar composite_weights(int n, const Scalar* kept, Scalar* weights) {
  Scalar before = 1;
  Scalar opacity = 0;
  for (int k = 0; k < n; ++k) {
    weights[k] = before * (1 - kept[k]);
    opacity += weights[k];
    before *= kept[k];
  }
  return opacity;
}

// Gradient in the weights -> gradient in the optical depths: more matter at k weighs k up by what
// would pass through it, and down everything behind it.
template <typename Scalar>
PORTRAIT_HOST_DEVICE void pull_weights(int n, const Scalar* kept, const Scalar* weights,
                                       const Scalar* grad_weights, Scalar* grad_optical) {
  Scalar after = 1;
  for (int k = 0; k < n; ++k) {
    after *= kept[k];
    grad_optical[k] = grad_weights[k] * after;
  }
  Scalar behind = 0;
  for (int k = n - 1; k >= 0; --k) {
    grad_optical[k] -= behind;
    behind += grad_weights[k] * weights[k];
  }
}

// Importance sampling of a ray with c coarse depths and the weights [c - 1] of their intervals, in
// parts. The bins lie between the middles of the intervals; those at the two ends are left out.
//
// Mass of bin k, 0 <= k < c - 3, not normalised: each weight raised to its larger neighbour, the
// mean of two such, and a little for everywhere.
template <typename Scalar>
PORTRAIT_HOST_DEVICE Scalar importance_mass(int c, const Scalar* weights, int k) {
  const auto wide = [&](int i) {  // the larger of two neighbours, zero beyond the ends
    const Scalar before = i > 0 ? weights[i - 1] : Scalar(0);
    const Scalar here = i < c - 1 ? weights[i] : Scalar(0);
    return before > here ? before : here;
  };
  return (wide(k + 1) + wide(k + 2)) * Scalar(0.5) + Scalar(0.01) + Scalar(1e-5);
}

// Where quantile u falls: cdf [c - 2] starts at 0; `above` of its entries are no more than u.
template <typename Scalar>
PORTRAIT_HOST_DEVICE Scalar importance_depth(int c, const Scalar* depths, const Scalar* cdf,
                                             int above, Scalar u) {
  const auto middle = [&](int k) { return (depths[k] + depths[k + 1]) * Scalar(0.5); };
  const int low = above > 0 ? above - 1 : 0;
  const int high = above < c - 3 ? above : c - 3;
  Scalar width = cdf[high] - cdf[low];
  if (width < Scalar(1e-5)) width = 1;
  return middle(low) + (u - cdf[low]) / width * (middle(high) - middle(low));
}

// Importance depths of one ray (importance_depths() of renderer.h, row-wise): `weights` [c - 1] at
// the intervals of `depths` [c], quantiles u [f] ascending in [0, 1) -> out [f]. scratch [2 c].
template <typename Scalar>
PORTRAIT_HOST_DEVICE void importance_row(int c, const Scalar* depths, const Scalar* weights, int f,
                                         const Scalar* u, Scalar* out, Scalar* scratch) {
  Scalar* mass = scratch;
  Scalar* cdf = scratch + c;
  Scalar total = 0;
  for (int k = 0; k < c - 3; ++k) {
    mass[k] = importance_mass(c, weights, k);
    total += mass[k];
  }
  cdf[0] = 0;
  for (int k = 0; k < c - 3; ++k) cdf[k + 1] = cdf[k] + mass[k] / total;
  int above = 0;
  for (int i = 0; i < f; ++i) {
    while (above <= c - 3 && cdf[above] <= u[i]) ++above;
    out[i] = importance_depth(c, depths, cdf, above, u[i]);
  }
}

}  // namespace portrait
