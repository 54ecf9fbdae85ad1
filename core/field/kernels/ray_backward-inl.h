// SPDX-License-Identifier: Apache-2.0
// pull_rays() and scatter_rays(); included once per instruction set.
#if defined(PORTRAIT_RAY_BACKWARD_INL_H) == defined(HWY_TARGET_TOGGLE)
#ifdef PORTRAIT_RAY_BACKWARD_INL_H
#undef PORTRAIT_RAY_BACKWARD_INL_H
#else
#define PORTRAIT_RAY_BACKWARD_INL_H
#endif

#include "core/field/kernels/ray_kernels_body-inl.h"

HWY_BEFORE_NAMESPACE();
namespace portrait {
namespace HWY_NAMESPACE {

struct BackwardScratch {
  static constexpr int kRoom = kMaxSamples + 16;
  Rows rows;
  Intervals intervals;
  HWY_ALIGN float t[kRoom];
  HWY_ALIGN float share[kRoom];  // weight of each sample's colour
  HWY_ALIGN float grad_interval[kRoom];
  HWY_ALIGN float grad_optical[kRoom];
  HWY_ALIGN float grad_raw[kRoom];
  HWY_ALIGN float along[kRoom];  // colour of each sample along the ray's gradient
  HWY_ALIGN float colours[kMaxSamples * kFieldChannels];  // sigmoids, then their gradient
  HWY_ALIGN float grad_hidden[kMaxSamples * kHiddenUnits];
};

// Colours' sigmoids into s.colours, their dot products with the pixel's gradient into s.along.
HWY_INLINE void colours_along(const FieldView& field, int n, const float* gradient,
                              BackwardScratch& s) {
  const DecoderWeights& w = *field.weights;
  product<kFieldChannels>(s.rows.hidden, n, kHiddenUnits, w.w_colour.data(), w.b_colour.data(),
                          s.colours, Unchanged());
  const Vector range = all(w.colour_high - w.colour_low);
  const Vector low = all(w.colour_low);
  for (int i = 0; i < n; ++i) {
    float* row = s.colours + std::size_t(i) * kFieldChannels;
    Vector sum = hn::Zero(Floats());
    for (int j = 0; j < kChannelVectors; ++j) {
      const Vector sigmoid =
          hn::Div(all(1.0F), hn::Add(exp_of(hn::Neg(load(row + j * kLanes))), all(1.0F)));
      store(sigmoid, row + j * kLanes);
      sum = hn::MulAdd(hn::MulAdd(range, sigmoid, low), load(gradient + j * kLanes), sum);
    }
    s.along[i] = hn::GetLane(hn::SumOfLanes(Floats(), sum));
  }
}

// Gradient of s of every sample, from those of pixel, depth and opacity.
HWY_INLINE void pull_raw(const RayPull& pull, std::int64_t ray, float opacity, BackwardScratch& s) {
  const int n = pull.samples;
  const float* weights = s.intervals.weights;
  const float of_opacity = pull.grad_opacity ? pull.grad_opacity[ray] : 0;
  const float of_depth = pull.grad_depth && opacity > 0 ? pull.grad_depth[ray] / opacity : 0;
  const float depth = opacity > 0 ? depth_moment(s.t, weights, n) / opacity : 0;
  for (int k = 0; k < n - 1; ++k) {
    s.grad_interval[k] = 0.5F * (s.along[k] + s.along[k + 1]) + of_opacity +
                         of_depth * (0.5F * (s.t[k] + s.t[k + 1]) - depth);
  }
  pull_weights(n - 1, s.intervals.kept, weights, s.grad_interval, s.grad_optical);
  for (int k = 0; k < n - 1; k += int(kLanes)) {
    const Vector slope = sigmoid_of_softplus(load(s.intervals.density + k));
    store(hn::Mul(hn::Mul(load(s.grad_optical + k), load(s.intervals.length + k)),
                  hn::Mul(slope, all(0.5F))),
          s.grad_interval + k);
  }
  for (int k = 0; k < n; ++k) {
    s.grad_raw[k] = (k > 0 ? s.grad_interval[k - 1] : 0) + (k < n - 1 ? s.grad_interval[k] : 0);
    s.share[k] = sample_weight(weights, k, n);
  }
}

// Sigmoids in s.colours -> gradients of what went into them.
HWY_INLINE void pull_colours(const DecoderWeights& w, int n, const float* gradient,
                             BackwardScratch& s, float* b_colour) {
  const Vector range = all(w.colour_high - w.colour_low);
  for (int j = 0; j < kChannelVectors; ++j) {
    const Vector of_pixel = hn::Mul(load(gradient + j * kLanes), range);
    Vector sum = load(b_colour + j * kLanes);
    for (int i = 0; i < n; ++i) {
      float* at = s.colours + std::size_t(i) * kFieldChannels + j * kLanes;
      const Vector sigmoid = load(at);
      const Vector slope = hn::Mul(sigmoid, hn::Sub(all(1.0F), sigmoid));
      const Vector pulled = hn::Mul(hn::Mul(of_pixel, all(s.share[i])), slope);
      store(pulled, at);
      sum = hn::Add(sum, pulled);
    }
    store(sum, b_colour + j * kLanes);
  }
}

// Adds the density's part to s.grad_hidden and goes through the softplus.
HWY_INLINE void pull_hidden(const DecoderWeights& w, int n, BackwardScratch& s,
                            DecoderGradients& decoder) {
  for (int j = 0; j < kHiddenUnits; j += int(kLanes)) {
    const Vector row = load(w.w_density.data() + j);
    Vector of_density = load(decoder.w_density.data() + j);
    Vector of_bias = load(decoder.b0.data() + j);
    for (int i = 0; i < n; ++i) {
      const std::size_t at = std::size_t(i) * kHiddenUnits + j;
      const Vector hidden = load(s.rows.hidden + at);
      const Vector of_raw = all(s.grad_raw[i]);
      const Vector pulled =
          hn::Mul(hn::MulAdd(of_raw, row, load(s.grad_hidden + at)), sigmoid_of_softplus(hidden));
      store(pulled, s.grad_hidden + at);
      of_density = hn::MulAdd(of_raw, hidden, of_density);
      of_bias = hn::Add(of_bias, pulled);
    }
    store(of_density, decoder.w_density.data() + j);
    store(of_bias, decoder.b0.data() + j);
  }
  for (int i = 0; i < n; ++i) decoder.b_density += s.grad_raw[i];
}

inline void pull_one(const FieldView& field, const DecoderTransposes& transposes,
                     const RayPull& pull, std::int64_t ray, float* features,
                     DecoderGradients& decoder, BackwardScratch& s) {
  const int n = pull.samples;
  const float* gradient = pull.grad_features + ray * kFieldChannels;
  std::memcpy(s.t, pull.depths + ray * n, std::size_t(n) * sizeof(float));
  if (!(s.t[n - 1] > s.t[0])) {  // an empty ray
    std::memset(features, 0, std::size_t(n) * kFieldChannels * sizeof(float));
    return;
  }
  std::memcpy(s.along, pull.raw + ray * n, std::size_t(n) * sizeof(float));
  const float opacity = weigh_intervals(s.t, s.along, n, s.intervals);
  evaluate_rows(field, pull.origins + 3 * ray, pull.directions + 3 * ray, s.t, n, 0, s.rows);
  colours_along(field, n, gradient, s);
  pull_raw(pull, ray, opacity, s);
  const DecoderWeights& w = *field.weights;
  pull_colours(w, n, gradient, s, decoder.b_colour.data());
  add_outer_products<kHiddenUnits, kFieldChannels>(s.rows.hidden, s.colours, n,
                                                   decoder.w_colour.data());
  product<kHiddenUnits>(s.colours, n, kFieldChannels, transposes.w_colour.data(), nullptr,
                        s.grad_hidden, Unchanged());
  pull_hidden(w, n, s, decoder);
  add_outer_products<kFieldChannels, kHiddenUnits>(s.rows.features, s.grad_hidden, n,
                                                   decoder.w0.data());
  product<kFieldChannels>(s.grad_hidden, n, kHiddenUnits, transposes.w0.data(), nullptr, features,
                          Unchanged());
}

inline void pull_some(const FieldView& field, const DecoderTransposes& transposes,
                      const RayPull& pull, std::int64_t begin, std::int64_t end, float* features,
                      DecoderGradients& decoder) {
  thread_local const auto scratch = std::make_unique<BackwardScratch>();
  const std::size_t stride = std::size_t(pull.samples) * kFieldChannels;
  for (std::int64_t ray = begin; ray < end; ++ray) {
    pull_one(field, transposes, pull, ray, features + std::size_t(ray - begin) * stride, decoder,
             *scratch);
  }
}

inline void scatter_some(const FieldView& field, const RayPull& pull, std::int64_t begin,
                         std::int64_t end, const float* features, int plane, int channel,
                         float* grad_plane) {
  thread_local const auto taps = std::make_unique<Taps>();
  HWY_ALIGN float t[kMaxSamples + 16];
  const int n = pull.samples;
  for (std::int64_t ray = begin; ray < end; ++ray) {
    std::memcpy(t, pull.depths + ray * n, std::size_t(n) * sizeof(float));
    if (!(t[n - 1] > t[0])) continue;
    find_taps(field.layout, plane, pull.origins + 3 * ray, pull.directions + 3 * ray, t, n, *taps);
    scatter(field.layout, *taps, n, channel,
            features + std::size_t(ray - begin) * std::size_t(n) * kFieldChannels, grad_plane);
  }
}

}  // namespace HWY_NAMESPACE
}  // namespace portrait
HWY_AFTER_NAMESPACE();

#endif
