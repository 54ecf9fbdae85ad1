// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/field/kernels/ray_kernels.h"
#include "core/field/kernels/ray_math.h"
#include "core/field/kernels/ray_pull_math.h"

// One ray from look-up to pixel and back, sample by sample, in any scalar type: what march_rays()
// and pull_rays() mean. Slow; for reading, for gradient checks, and for holding kernels against.
namespace portrait::ray_math {

// A ray with its sample depths t [samples], ascending; 2 <= samples <= kMaxSamples.
template <typename Scalar>
struct OneRay {
  const Scalar* origin = nullptr;     // [3]
  const Scalar* direction = nullptr;  // [3]
  const Scalar* t = nullptr;
  int samples = 0;
};

template <typename Scalar>
struct Pixel {
  Scalar features[kFieldChannels] = {};  // premultiplied by opacity
  Scalar depth = 0;                      // infinite where the ray meets no matter
  Scalar opacity = 0;
};

// What is known of one sample of the ray.
template <typename Scalar>
struct SampleValues {
  PlaneTaps<Scalar> taps[3];
  Scalar features[kFieldChannels];
  Scalar hidden[kHiddenUnits];
};

template <typename Scalar>
void evaluate_sample(const FieldOf<Scalar>& field, const OneRay<Scalar>& ray, int k,
                     SampleValues<Scalar>& out) {
  Scalar point[3];
  for (int i = 0; i < 3; ++i) point[i] = ray.origin[i] + ray.t[k] * ray.direction[i];
  for (int p = 0; p < 3; ++p) out.taps[p] = plane_taps(field.layout, p, point);
  for (int c = 0; c < kFieldChannels; ++c) {
    out.features[c] = 0;
    for (int p = 0; p < 3; ++p) {
      const Scalar* plane = field.planes + p * field.layout.plane_floats();
      out.features[c] += look_up(field.layout, plane, out.taps[p], c);
    }
  }
  for (int u = 0; u < kHiddenUnits; ++u) {
    out.hidden[u] = hidden_unit(field.decoder, out.features, u);
  }
}

// s of every sample, front to back; kEmptyRaw in cells without matter and, once no more than
// `least_transmittance` of the light is left, behind that. A value of s that happens to be
// kEmptyRaw is moved aside.
template <typename Scalar>
void evaluate_ray(const FieldOf<Scalar>& field, const OneRay<Scalar>& ray, const CellView& cells,
                  Scalar least_transmittance, Scalar* raw) {
  SampleValues<Scalar> sample;
  Scalar optical = 0;
  for (int k = 0; k < ray.samples; ++k) {
    raw[k] = kEmptyRaw;
    if (least_transmittance > 0 && std::exp(-optical) <= least_transmittance) continue;
    Scalar point[3];
    for (int i = 0; i < 3; ++i) point[i] = ray.origin[i] + ray.t[k] * ray.direction[i];
    if (may_hold_matter(cells, point)) {
      evaluate_sample(field, ray, k, sample);
      raw[k] = evaluated_raw(raw_of_hidden(field.decoder, sample.hidden));
    }
    if (k > 0) optical += density_between(raw[k - 1], raw[k]) * (ray.t[k] - ray.t[k - 1]);
  }
}

// Transmittance and weight of each interval, [samples - 1]. Returns the opacity.
template <typename Scalar>
Scalar weigh_ray(const OneRay<Scalar>& ray, const Scalar* raw, Scalar* kept, Scalar* weights) {
  for (int k = 0; k < ray.samples - 1; ++k) {
    kept[k] = std::exp(-density_between(raw[k], raw[k + 1]) * (ray.t[k + 1] - ray.t[k]));
  }
  return composite_weights(ray.samples - 1, kept, weights);
}

template <typename Scalar>
Scalar depth_of_ray(const OneRay<Scalar>& ray, const Scalar* weights, Scalar opacity) {
  Scalar moment = 0;
  for (int k = 0; k < ray.samples - 1; ++k) {
    moment += weights[k] * (ray.t[k] + ray.t[k + 1]) * Scalar(0.5);
  }
  return depth_of_moment(moment, opacity);
}

// The pixel of a ray whose raw [samples] is known.
template <typename Scalar>
Pixel<Scalar> composite_ray(const FieldOf<Scalar>& field, const OneRay<Scalar>& ray,
                            const Scalar* raw) {
  Scalar kept[kMaxSamples];
  Scalar weights[kMaxSamples];
  Pixel<Scalar> pixel;
  pixel.opacity = weigh_ray(ray, raw, kept, weights);
  pixel.depth = depth_of_ray(ray, weights, pixel.opacity);
  const Scalar range = field.decoder.colour_high - field.decoder.colour_low;
  SampleValues<Scalar> sample;
  for (int k = 0; k < ray.samples; ++k) {
    if (raw[k] == kEmptyRaw) continue;
    evaluate_sample(field, ray, k, sample);
    const Scalar share = share_of_sample(weights, k, ray.samples);
    for (int c = 0; c < kFieldChannels; ++c) {
      pixel.features[c] += share * (range * colour_sigmoid(field.decoder, sample.hidden, c) +
                                    field.decoder.colour_low);
    }
  }
  return pixel;
}

// Gradient of the raw densities [samples], from that of the pixel: along [samples] is each
// sample's colour along the pixel's gradient, 0 where not evaluated.
template <typename Scalar>
void pull_raw(const OneRay<Scalar>& ray, const Scalar* raw, const Scalar* along,
              const Pixel<Scalar>& of, Scalar* grad_raw) {
  const int intervals = ray.samples - 1;
  Scalar kept[kMaxSamples];
  Scalar weights[kMaxSamples];
  Scalar grad_weights[kMaxSamples];
  Scalar grad_optical[kMaxSamples];
  const Scalar opacity = weigh_ray(ray, raw, kept, weights);
  const Scalar depth = opacity > 0 ? depth_of_ray(ray, weights, opacity) : Scalar(0);
  const Scalar of_moment = opacity > 0 ? of.depth / opacity : Scalar(0);
  for (int k = 0; k < intervals; ++k) {
    grad_weights[k] =
        grad_weight(along[k], along[k + 1], ray.t[k], ray.t[k + 1], of.opacity, of_moment, depth);
  }
  pull_weights(intervals, kept, weights, grad_weights, grad_optical);
  for (int k = 0; k < ray.samples; ++k) grad_raw[k] = 0;
  for (int k = 0; k < intervals; ++k) {
    const Scalar of_end = grad_raw_of_interval(grad_optical[k], ray.t[k + 1] - ray.t[k],
                                               density_between(raw[k], raw[k + 1]));
    grad_raw[k] += of_end;
    grad_raw[k + 1] += of_end;
  }
}

// One or two gradients `of` [gradients] of the pixel, back through the ray into the field's
// gradients `to` [gradients], added. raw [samples] as evaluate_ray() left it.
template <typename Scalar>
void pull_ray(const FieldOf<Scalar>& field, const OneRay<Scalar>& ray, const Scalar* raw,
              int gradients, const Pixel<Scalar>* of, const FieldGradientOf<Scalar>* to) {
  const int n = ray.samples;
  const DecoderOf<Scalar>& decoder = field.decoder;
  const Scalar range = decoder.colour_high - decoder.colour_low;
  Scalar kept[kMaxSamples];
  Scalar weights[kMaxSamples];
  Scalar along[kMostPulled][kMaxSamples] = {};
  Scalar grad_raw[kMostPulled][kMaxSamples];
  SampleValues<Scalar> sample;
  weigh_ray(ray, raw, kept, weights);
  for (int k = 0; k < n; ++k) {
    if (raw[k] == kEmptyRaw) continue;
    evaluate_sample(field, ray, k, sample);
    for (int c = 0; c < kFieldChannels; ++c) {
      const Scalar colour = range * colour_sigmoid(decoder, sample.hidden, c) + decoder.colour_low;
      for (int g = 0; g < gradients; ++g) along[g][k] += of[g].features[c] * colour;
    }
  }
  for (int g = 0; g < gradients; ++g) pull_raw(ray, raw, along[g], of[g], grad_raw[g]);
  for (int k = 0; k < n; ++k) {
    if (raw[k] == kEmptyRaw) continue;
    evaluate_sample(field, ray, k, sample);
    const Scalar share = share_of_sample(weights, k, n);
    for (int g = 0; g < gradients; ++g) {
      Scalar grad_colours[kFieldChannels];
      Scalar grad_hidden[kHiddenUnits];
      for (int c = 0; c < kFieldChannels; ++c) {
        grad_colours[c] = grad_before_sigmoid(of[g].features[c], range, share,
                                              colour_sigmoid(decoder, sample.hidden, c));
      }
      for (int u = 0; u < kHiddenUnits; ++u) {
        grad_hidden[u] = grad_hidden_unit(decoder, grad_colours, grad_raw[g][k], sample.hidden, u);
      }
      add_decoder_gradient(sample.features, sample.hidden, grad_colours, grad_hidden,
                           grad_raw[g][k], to[g]);
      for (int p = 0; p < 3; ++p) {
        Scalar* plane = to[g].planes + p * field.layout.plane_floats();
        for (int c = 0; c < kFieldChannels; ++c) {
          const Scalar of_feature = grad_feature(decoder, grad_hidden, c);
          visit_texels(field.layout, sample.taps[p], [&](int offset, Scalar weight) {
            plane[offset + c] += weight * of_feature;
          });
        }
      }
    }
  }
}

}  // namespace portrait::ray_math
