// SPDX-License-Identifier: Apache-2.0
#pragma once

namespace portrait {

// Front to back compositing along one ray, on any scalar type, forward and backward. `kept` [n] is
// the transmittance exp(-optical depth) of each interval.

// weights[k] = (1 - kept[k]) * product of kept before k; returns the opacity, their sum.
template <typename Scalar>
Scalar composite_weights(int n, const Scalar* kept, Scalar* weights) {
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
void pull_weights(int n, const Scalar* kept, const Scalar* weights, const Scalar* grad_weights,
                  Scalar* grad_optical) {
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

// Importance depths of one ray (importance_depths() of renderer.h, row-wise): `weights` [c - 1] at
// the intervals of `depths` [c], quantiles u [f] ascending in [0, 1) -> out [f]. scratch [2 c].
template <typename Scalar>
void importance_row(int c, const Scalar* depths, const Scalar* weights, int f, const Scalar* u,
                    Scalar* out, Scalar* scratch) {
  const auto wide = [&](int k) {  // the larger of two neighbours, zero beyond the ends
    const Scalar before = k > 0 ? weights[k - 1] : Scalar(0);
    const Scalar here = k < c - 1 ? weights[k] : Scalar(0);
    return before > here ? before : here;
  };
  Scalar* mass = scratch;  // of bins 1 .. c - 3
  Scalar* cdf = scratch + c;
  Scalar total = 0;
  for (int k = 0; k < c - 3; ++k) {
    mass[k] = (wide(k + 1) + wide(k + 2)) * Scalar(0.5) + Scalar(0.01) + Scalar(1e-5);
    total += mass[k];
  }
  cdf[0] = 0;
  for (int k = 0; k < c - 3; ++k) cdf[k + 1] = cdf[k] + mass[k] / total;
  const auto bin = [&](int k) { return (depths[k] + depths[k + 1]) * Scalar(0.5); };
  int above = 0;  // first entry of the cdf that is larger than u
  for (int i = 0; i < f; ++i) {
    while (above <= c - 3 && cdf[above] <= u[i]) ++above;
    const int low = above > 0 ? above - 1 : 0;
    const int high = above < c - 3 ? above : c - 3;
    Scalar width = cdf[high] - cdf[low];
    if (width < Scalar(1e-5)) width = 1;
    out[i] = bin(low) + (u[i] - cdf[low]) / width * (bin(high) - bin(low));
  }
}

}  // namespace portrait
