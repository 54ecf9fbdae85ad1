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

// What belongs to one of the gradients that are pulled together.
struct PulledScratch {
  HWY_ALIGN float along[kPointRoom];     // colour of each sample along the pixel's gradient
  HWY_ALIGN float grad_raw[kPointRoom];  // of each evaluated sample
  HWY_ALIGN float colours[kMaxSamples * kFieldChannels];
  HWY_ALIGN float hidden[kMaxSamples * kHiddenUnits];
};

struct BackwardScratch {
  Rows rows;
  Intervals intervals;
  HWY_ALIGN float t[kPointRoom];
  HWY_ALIGN float raw[kPointRoom];
  HWY_ALIGN float row_t[kPointRoom];
  int sample[kMaxSamples];           // of each row
  HWY_ALIGN float share[kPointRoom];  // weight of each row's colour
  HWY_ALIGN float grad_interval[kPointRoom];
  HWY_ALIGN float grad_optical[kPointRoom];
  HWY_ALIGN float slopes[kMaxSamples * kFieldChannels];  // of the sigmoids
  HWY_ALIGN float outer[kHiddenUnits * kFieldChannels];
  PulledScratch pulled[kMostPulled];
};

// The evaluated samples of a ray become rows; returns how many.
HWY_INLINE int choose_rows(const RayPull& pull, std::int64_t ray, BackwardScratch& s) {
  const int n = pull.samples;
  std::memcpy(s.t, pull.depths + ray * n, std::size_t(n) * sizeof(float));
  std::memcpy(s.raw, pull.raw + ray * n, std::size_t(n) * sizeof(float));
  int rows = 0;
  for (int k = 0; k < n; ++k) {
    if (s.raw[k] == kEmptyRaw) continue;
    s.row_t[rows] = s.t[k];
    s.sample[rows++] = k;
  }
  return rows;
}

// Slopes of the colours' sigmoids into s.slopes; dot products of the colours with the pixel's
// gradients into `along`.
template <int kGradients>
HWY_INLINE void colours_along(const FieldView& field, int n, int rows,
                              const float* const (&gradients)[kGradients], BackwardScratch& s) {
  const DecoderView& w = field.decoder;
  product<kFieldChannels>(s.rows.hidden, rows, kHiddenUnits, w.w_colour, w.b_colour, s.slopes,
                          Unchanged());
  const Vector range = all(w.colour_high - w.colour_low);
  const Vector low = all(w.colour_low);
  const Vector one = all(1.0F);
  for (int g = 0; g < kGradients; ++g) std::fill_n(s.pulled[g].along, n, 0.0F);
  for (int i = 0; i < rows; ++i) {
    float* row = s.slopes + std::size_t(i) * kFieldChannels;
    Vector sum[kGradients];
    for (int g = 0; g < kGradients; ++g) sum[g] = hn::Zero(Floats());
    for (int j = 0; j < kChannelVectors; j += 2) {
      float* at = row + j * kLanes;
      const Vectors<2> sigmoid = sigmoid_of(Vectors<2>{{load(at), load(at + kLanes)}});
      for (int v = 0; v < 2; ++v) {
        const Vector here = sigmoid.at[v];
        const Vector colour = hn::MulAdd(range, here, low);
        for (int g = 0; g < kGradients; ++g) {
          sum[g] = hn::MulAdd(colour, load(gradients[g] + (j + v) * kLanes), sum[g]);
        }
        store(hn::Mul(hn::Mul(range, here), hn::Sub(one, here)), at + v * kLanes);
      }
    }
    for (int g = 0; g < kGradients; ++g) {
      s.pulled[g].along[s.sample[i]] = hn::GetLane(hn::SumOfLanes(Floats(), sum[g]));
    }
  }
}

// Gradient of s of every row, from those of pixel, depth and opacity.
HWY_INLINE void pull_raw(const PixelGradients& of, std::int64_t ray, int n, int rows, float opacity,
                         BackwardScratch& s, PulledScratch& pulled) {
  const float* weights = s.intervals.weights;
  const float of_opacity = of.opacity ? of.opacity[ray] : 0;
  const float of_depth = of.depth && opacity > 0 ? of.depth[ray] / opacity : 0;
  const float depth = opacity > 0 ? depth_moment(s.t, weights, n) / opacity : 0;
  for (int k = 0; k < n - 1; ++k) {
    s.grad_interval[k] = 0.5F * (pulled.along[k] + pulled.along[k + 1]) + of_opacity +
                         of_depth * (0.5F * (s.t[k] + s.t[k + 1]) - depth);
  }
  pull_weights(n - 1, s.intervals.kept, weights, s.grad_interval, s.grad_optical);
  for (int k = 0; k < n - 1; k += int(kLanes)) {
    const Vector slope = sigmoid_of_softplus(load(s.intervals.density + k));
    store(hn::Mul(hn::Mul(load(s.grad_optical + k), load(s.intervals.length + k)),
                  hn::Mul(slope, all(0.5F))),
          s.grad_interval + k);
  }
  for (int i = 0; i < rows; ++i) {
    const int k = s.sample[i];
    pulled.grad_raw[i] =
        (k > 0 ? s.grad_interval[k - 1] : 0) + (k < n - 1 ? s.grad_interval[k] : 0);
  }
}

// Rows of share * slope become those of the gradient before the sigmoids; sums go to b_colour.
HWY_INLINE void pull_colours(int rows, const float* gradient, const BackwardScratch& s,
                             float* colours, float* b_colour) {
  for (int j = 0; j < kChannelVectors; ++j) {
    const Vector of_pixel = load(gradient + j * kLanes);
    Vector sum = load(b_colour + j * kLanes);
    for (int i = 0; i < rows; ++i) {
      const std::size_t at = std::size_t(i) * kFieldChannels + j * kLanes;
      const Vector pulled = hn::Mul(of_pixel, load(s.slopes + at));
      store(pulled, colours + at);
      sum = hn::Add(sum, pulled);
    }
    store(sum, b_colour + j * kLanes);
  }
}

// Adds the density's part to the rows' hidden gradient and goes through the softplus.
template <int kGradients>
HWY_INLINE void pull_hidden(const DecoderView& w, int rows, BackwardScratch& s,
                            DecoderGradients* decoder) {
  for (int j = 0; j < kHiddenUnits; j += int(kLanes)) {
    const Vector row = load(w.w_density + j);
    Vector of_density[kGradients];
    Vector of_bias[kGradients];
    for (int g = 0; g < kGradients; ++g) {
      of_density[g] = load(decoder[g].w_density.data() + j);
      of_bias[g] = load(decoder[g].b0.data() + j);
    }
    for (int i = 0; i < rows; ++i) {
      const std::size_t at = std::size_t(i) * kHiddenUnits + j;
      const Vector hidden = load(s.rows.hidden + at);
      const Vector slope = sigmoid_of_softplus(hidden);
      for (int g = 0; g < kGradients; ++g) {
        PulledScratch& pulled = s.pulled[g];
        const Vector of_raw = all(pulled.grad_raw[i]);
        const Vector value = hn::Mul(hn::MulAdd(of_raw, row, load(pulled.hidden + at)), slope);
        store(value, pulled.hidden + at);
        of_density[g] = hn::MulAdd(of_raw, hidden, of_density[g]);
        of_bias[g] = hn::Add(of_bias[g], value);
      }
    }
    for (int g = 0; g < kGradients; ++g) {
      store(of_density[g], decoder[g].w_density.data() + j);
      store(of_bias[g], decoder[g].b0.data() + j);
    }
  }
  for (int g = 0; g < kGradients; ++g) {
    for (int i = 0; i < rows; ++i) decoder[g].b_density += s.pulled[g].grad_raw[i];
  }
}

// The pixel's gradient is the same for all samples of a ray, so the colour weights' gradient is
// one outer product whose columns are then scaled, for as many gradients as there are.
template <int kGradients>
HWY_INLINE void pull_colour_weights(int rows, const float* const (&gradients)[kGradients],
                                    BackwardScratch& s, DecoderGradients* decoder) {
  if constexpr (kGradients == 1) {
    add_outer_products<kHiddenUnits, kFieldChannels>(s.rows.hidden, s.pulled[0].colours, rows,
                                                     decoder[0].w_colour.data());
  } else {
    std::fill_n(s.outer, kHiddenUnits * kFieldChannels, 0.0F);
    add_outer_products<kHiddenUnits, kFieldChannels>(s.rows.hidden, s.slopes, rows, s.outer);
    for (int g = 0; g < kGradients; ++g) {
      for (int j = 0; j < kChannelVectors; ++j) {
        const Vector scale = load(gradients[g] + j * kLanes);
        for (int unit = 0; unit < kHiddenUnits; ++unit) {
          const std::size_t at = std::size_t(unit) * kFieldChannels + j * kLanes;
          float* to = decoder[g].w_colour.data() + at;
          store(hn::MulAdd(scale, load(s.outer + at), load(to)), to);
        }
      }
    }
  }
}

template <int kGradients>
HWY_INLINE void pull_one(const FieldView& field, const DecoderTransposes& transposes,
                         const RayPull& pull, std::int64_t ray, float* features,
                         DecoderGradients* decoder, BackwardScratch& s) {
  const int n = pull.samples;
  const int rows = choose_rows(pull, ray, s);
  if (rows == 0) return;
  const float* gradients[kGradients];
  for (int g = 0; g < kGradients; ++g) gradients[g] = pull.of[g].features + ray * kFieldChannels;
  const float opacity = weigh_intervals(s.t, s.raw, n, s.intervals);
  place_points(pull.origins + 3 * ray, pull.directions + 3 * ray, s.row_t, rows, s.rows.points);
  evaluate_hidden(field, rows, 0, s.rows);
  colours_along(field, n, rows, gradients, s);
  for (int g = 0; g < kGradients; ++g) {
    pull_raw(pull.of[g], ray, n, rows, opacity, s, s.pulled[g]);
  }
  for (int i = 0; i < rows; ++i) {
    const Vector share = all(sample_weight(s.intervals.weights, s.sample[i], n));
    for (int j = 0; j < kChannelVectors; ++j) {
      float* at = s.slopes + std::size_t(i) * kFieldChannels + j * kLanes;
      store(hn::Mul(share, load(at)), at);
    }
  }
  for (int g = 0; g < kGradients; ++g) {
    pull_colours(rows, gradients[g], s, s.pulled[g].colours, decoder[g].b_colour.data());
    product<kHiddenUnits>(s.pulled[g].colours, rows, kFieldChannels, transposes.w_colour.data(),
                          nullptr, s.pulled[g].hidden, Unchanged());
  }
  pull_colour_weights(rows, gradients, s, decoder);
  pull_hidden<kGradients>(field.decoder, rows, s, decoder);
  for (int g = 0; g < kGradients; ++g) {
    add_outer_products<kFieldChannels, kHiddenUnits>(s.rows.features, s.pulled[g].hidden, rows,
                                                     decoder[g].w0.data());
    product<kFieldChannels>(s.pulled[g].hidden, rows, kHiddenUnits, transposes.w0.data(), nullptr,
                            features + std::size_t(g) * n * kFieldChannels, Unchanged());
  }
}

inline void pull_some(const FieldView& field, const DecoderTransposes& transposes,
                      const RayPull& pull, std::int64_t begin, std::int64_t end, float* features,
                      DecoderGradients* decoder) {
  thread_local const auto scratch = std::make_unique<BackwardScratch>();
  for (std::int64_t i = begin; i < end; ++i, features += pull.ray_floats()) {
    const std::int64_t ray = pull.order ? pull.order[i] : i;
    if (pull.gradients == 1) {
      pull_one<1>(field, transposes, pull, ray, features, decoder, *scratch);
    } else {
      pull_one<2>(field, transposes, pull, ray, features, decoder, *scratch);
    }
  }
}

struct ScatterScratch {
  Points points;
  Taps taps;
};

inline void scatter_some(const FieldView& field, const RayPull& pull, std::int64_t begin,
                         std::int64_t end, const float* features, int plane, int channel,
                         float* const* grad_planes) {
  thread_local const auto scratch = std::make_unique<ScatterScratch>();
  ScatterScratch& s = *scratch;
  HWY_ALIGN float row_t[kPointRoom];
  const int n = pull.samples;
  for (std::int64_t i = begin; i < end; ++i, features += pull.ray_floats()) {
    const std::int64_t ray = pull.order ? pull.order[i] : i;
    const float* t = pull.depths + ray * n;
    const float* raw = pull.raw + ray * n;
    int rows = 0;
    for (int k = 0; k < n; ++k) {
      row_t[rows] = t[k];
      rows += raw[k] != kEmptyRaw ? 1 : 0;
    }
    place_points(pull.origins + 3 * ray, pull.directions + 3 * ray, row_t, rows, s.points);
    find_taps(field.layout, plane, s.points, rows, s.taps);
    const std::size_t stride = std::size_t(n) * kFieldChannels;
    if (pull.gradients == 1) {
      scatter<1>(field.layout, s.taps, rows, channel, features, stride, grad_planes);
    } else {
      scatter<2>(field.layout, s.taps, rows, channel, features, stride, grad_planes);
    }
  }
}

}  // namespace HWY_NAMESPACE
}  // namespace portrait
HWY_AFTER_NAMESPACE();

#endif
