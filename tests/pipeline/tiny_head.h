// SPDX-License-Identifier: Apache-2.0
// A real field of toy size for tests of what stands on it: a ball of matter on 16 x 16 planes,
// brought there by a few optimisation steps, and a photo of it.
#pragma once

#include "core/nn/torch.h"

#include "core/field/renderer.h"
#include "core/field/triplane.h"
#include "core/nn/adam.h"
#include "core/pipeline/head_view.h"
#include "core/pipeline/image_tensor.h"
#include "core/pipeline/photo_target.h"

#include <array>
#include <string>

namespace portrait {

inline Tensor keyed_normal(at::IntArrayRef shape, std::uint64_t seed, std::uint32_t step) {
  Tensor t = at::empty(shape, at::kFloat);
  RandomStream random({seed, random_purpose("tiny_head"), step, 0});
  random.fill_normal({t.data_ptr<float>(), static_cast<std::size_t>(t.numel())});
  return t;
}

// A ball of radius 0.3, of the given colour in front (z > 0) and grey behind.
inline Field tiny_head(std::array<float, 3> front, std::uint64_t seed = 1) {
  RandomStream random({seed, random_purpose("tiny_head.init"), 0, 0});
  Field field;
  field.frame = FieldFrame::own(2);
  field.decoder = Decoder::random(random);
  field.sr = SuperResolution::random(random);
  field.planes = keyed_normal({3, 2, kFieldChannels, 16, 16}, seed, 0) * 0.2;
  field.requires_grad(true);
  Adam adam({{field.parameters(), 1.0}}, {0.02, 0.9, 0.99, 1e-8, 0});
  const Tensor colour = at::tensor({front[0], front[1], front[2]});
  for (std::uint32_t step = 1; step <= 120; ++step) {
    const Tensor points = (keyed_normal({1, 1024, 3}, seed, step) * 0.25).clamp(-0.5, 0.5);
    const Tensor inside = points[0].norm(2, 1) < 0.3;
    const Tensor wanted_raw = at::where(inside, at::full({1024}, 60.0F), at::full({1024}, -6.0F));
    const Tensor wanted_colour = at::where((points[0].select(1, 2) > 0).unsqueeze(1),
                                           colour.unsqueeze(0), at::full({1, 3}, 0.4F));
    const Decoded d =
        field.decoder.decode(sample_planes(field.planes.unsqueeze(0), points, field.frame)[0]);
    const Tensor alpha = 1 - at::exp(density_of_raw(d.raw_density.reshape(-1)) * -0.05);
    const Tensor wanted_alpha = 1 - at::exp(density_of_raw(wanted_raw) * -0.05);
    const Tensor loss =
        (alpha - wanted_alpha).pow(2).mean() +
        ((d.colours.narrow(1, 0, 3) - wanted_colour).pow(2).mean(1) * inside.to(at::kFloat)).mean();
    adam.zero_grad();
    loss.backward();
    adam.step();
  }
  return field.clone();
}

// 64 x 64 pixels of a head, from the front.
inline PhotoInput photo_of(const Field& head, const Camera& camera = rig_camera({0, 0})) {
  return photo_of(head, camera, 16);
}

// Mean absolute difference of two heads over the picture, premultiplied, from one side.
inline double difference_from(const Field& a, const Field& b, double azimuth_deg) {
  const auto look = [&](const Field& field) {
    const Tensor rgba =
        tensor_of_image(HeadView(field, {}).picture(rig_camera({azimuth_deg, 0}), 16).rgba);
    return at::cat({rgba.narrow(0, 0, 3) * rgba.narrow(0, 3, 1), rgba.narrow(0, 3, 1)}, 0);
  };
  return (look(a) - look(b)).abs().mean().item<double>();
}

// No fine colours of the surface are as good as blank ones.
inline bool same_bits(const Field& a, const Field& b) {
  const auto is_blank = [](const Field& head) {
    return !head.detail.defined() || head.detail.count_nonzero().item<std::int64_t>() == 0;
  };
  if (is_blank(a) != is_blank(b)) return false;
  if (!is_blank(a) && !at::equal(a.detail, b.detail)) return false;
  const auto left = a.parameters();
  const auto right = b.parameters();
  if (left.size() != right.size()) return false;
  for (std::size_t i = 0; i < left.size(); ++i) {
    if (left[i].first != right[i].first || !at::equal(left[i].second, right[i].second))
      return false;
  }
  return true;
}

}  // namespace portrait
