// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/field/kernels/ray_math.h"

// The pieces of ray_math.h backwards, derived by hand. In every name grad_x is the gradient of the
// loss in x. A sample that was not evaluated has a constant s and no colour: the loss does not
// reach the field through it.
namespace portrait::ray_math {

// In the weight of the interval between samples a and b. `along` is the dot product of a sample's
// colour with the pixel's gradient; grad_depth_share is grad_depth / opacity, since the depth is
// the moment over the opacity.
template <typename Scalar>
PORTRAIT_HOST_DEVICE Scalar grad_weight(Scalar along_a, Scalar along_b, Scalar t_a, Scalar t_b,
                                        Scalar grad_opacity, Scalar grad_depth_share,
                                        Scalar depth) {
  return (along_a + along_b) * Scalar(0.5) + grad_opacity +
         grad_depth_share * ((t_a + t_b) * Scalar(0.5) - depth);
}

// In s of either end of an interval, from that in its optical depth density * length.
template <typename Scalar>
PORTRAIT_HOST_DEVICE Scalar grad_raw_of_interval(Scalar grad_optical, Scalar length,
                                                 Scalar density) {
  return grad_optical * length * softplus_slope(density) * Scalar(0.5);
}

// In what went into a colour's sigmoid; `range` is colour_high - colour_low, `share` the sample's
// weight in the pixel.
template <typename Scalar>
PORTRAIT_HOST_DEVICE Scalar grad_before_sigmoid(Scalar grad_pixel, Scalar range, Scalar share,
                                                Scalar sigmoid) {
  return grad_pixel * range * share * sigmoid * (1 - sigmoid);
}

// In what went into the softplus of a hidden unit: grad_colours [32] before the sigmoids.
template <typename Scalar>
PORTRAIT_HOST_DEVICE Scalar grad_hidden_unit(const DecoderOf<Scalar>& decoder,
                                             const Scalar* grad_colours, Scalar grad_raw,
                                             const Scalar* hidden, int unit) {
  Scalar sum = grad_raw * decoder.w_density[unit];
  for (int c = 0; c < kFieldChannels; ++c) {
    sum += decoder.w_colour[unit * kFieldChannels + c] * grad_colours[c];
  }
  return sum * softplus_slope(hidden[unit]);
}

// In one channel of the mean of the look-ups: W0^T grad_hidden [64].
template <typename Scalar>
PORTRAIT_HOST_DEVICE Scalar grad_feature(const DecoderOf<Scalar>& decoder,
                                         const Scalar* grad_hidden, int channel) {
  Scalar sum = 0;
  for (int u = 0; u < kHiddenUnits; ++u) {
    sum += decoder.w0[channel * kHiddenUnits + u] * grad_hidden[u];
  }
  return sum;
}

// Where the gradient of a field is summed up; shapes as in FieldView.
template <typename Scalar>
struct FieldGradientOf {
  Scalar* planes = nullptr;
  Scalar* w0 = nullptr;
  Scalar* b0 = nullptr;
  Scalar* w_density = nullptr;
  Scalar* b_density = nullptr;
  Scalar* w_colour = nullptr;
  Scalar* b_colour = nullptr;
};

// One sample's part of the decoder's gradient: `features` [32], `hidden` [64], grad_colours [32],
// grad_hidden [64].
template <typename Scalar>
PORTRAIT_HOST_DEVICE void add_decoder_gradient(const Scalar* features, const Scalar* hidden,
                                               const Scalar* grad_colours,
                                               const Scalar* grad_hidden, Scalar grad_raw,
                                               const FieldGradientOf<Scalar>& to) {
  for (int u = 0; u < kHiddenUnits; ++u) {
    for (int c = 0; c < kFieldChannels; ++c) {
      to.w0[c * kHiddenUnits + u] += features[c] * grad_hidden[u];
      to.w_colour[u * kFieldChannels + c] += hidden[u] * grad_colours[c];
    }
    to.b0[u] += grad_hidden[u];
    to.w_density[u] += grad_raw * hidden[u];
  }
  *to.b_density += grad_raw;
  for (int c = 0; c < kFieldChannels; ++c) to.b_colour[c] += grad_colours[c];
}

}  // namespace portrait::ray_math
