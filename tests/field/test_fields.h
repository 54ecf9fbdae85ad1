// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/nn/torch.h"

#include "core/field/field.h"

#include <cmath>

namespace portrait {

// Random planes and decoder with a mix of empty and dense space.
inline Field random_field(int depth_slices, int resolution, std::uint64_t seed) {
  RandomStream random({seed, random_purpose("test field"), 0, 0});
  Field field;
  field.frame = FieldFrame::own(depth_slices);
  field.planes = at::empty({3, depth_slices, kFieldChannels, resolution, resolution});
  random.fill_normal({field.planes.data_ptr<float>(), std::size_t(field.planes.numel())});
  field.planes.mul_(2);
  field.decoder = Decoder::random(random);
  field.decoder.w1[0].mul_(4);
  field.sr = SuperResolution::random(random);
  return field;
}

// A ball about the origin, built by hand: channel 0 of each plane holds the squared sum of its two
// coordinates, so that the mean of the three look-ups is 2/3 r^2; the decoder's first hidden unit
// passes it on (softplus of a large number is that number) and s falls steeply with it. The other
// channels carry x, y and z, which become the colours.
inline Field ball_field(double radius, int resolution, double steepness = 2e4) {
  Field field;
  field.frame = FieldFrame::own();
  field.planes = at::zeros({3, 1, kFieldChannels, resolution, resolution});
  const Tensor line = (at::arange(resolution, at::kFloat) + 0.5) / resolution - 0.5;
  for (int p = 0; p < 3; ++p) {
    const Tensor u = line.view({1, -1}).expand({resolution, resolution});
    const Tensor v = line.view({-1, 1}).expand({resolution, resolution});
    field.planes[p][0][0].copy_(u.square() + v.square());
    field.planes[p][0][1 + field.frame.planes[p].width_axis].copy_(u * 1.5);
    field.planes[p][0][1 + field.frame.planes[p].height_axis].copy_(v * 1.5);
  }
  Decoder& decoder = field.decoder;
  decoder.w0 = at::zeros({Decoder::kHidden, kFieldChannels});
  decoder.b0 = at::full({Decoder::kHidden}, 30.0F);
  decoder.w1 = at::zeros({1 + kFieldChannels, Decoder::kHidden});
  decoder.b1 = at::zeros({1 + kFieldChannels});
  for (int channel = 0; channel < 4; ++channel) decoder.w0[channel][channel] = 1;
  decoder.w1[0][0] = -1.5 * steepness;
  decoder.b1[0] = 1 + steepness * (radius * radius + 1.5 * 30);
  for (int channel = 0; channel < 3; ++channel) {
    decoder.w1[1 + channel][1 + channel] = 4;
    decoder.b1[1 + channel] = -4 * 30;
  }
  return field;
}

}  // namespace portrait
