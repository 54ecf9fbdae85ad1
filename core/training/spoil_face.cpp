// SPDX-License-Identifier: Apache-2.0
#include "core/nn/torch.h"

#include "core/training/spoil_face.h"

#include "core/nn/blur.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <vector>

namespace portrait {
namespace {

void cover(Tensor& face, RandomStream& random) {
  const auto side = int(face.size(2));
  const int width = random.integer(side / 16, side / 3);
  const int height = random.integer(side / 16, side / 3);
  const int left = random.integer(-width / 2, side - width / 2);
  const int top = random.integer(-height / 2, side - height / 2);
  Tensor part = face.slice(1, std::max(top, 0), std::min(top + height, side))
                    .slice(2, std::max(left, 0), std::min(left + width, side));
  for (int c = 0; c < 3; ++c) part[c].fill_(random.uniform());
}

Tensor of_three(const std::array<double, 3>& values) {
  return at::tensor({float(values[0]), float(values[1]), float(values[2])}).view({3, 1, 1});
}

// Colour of the light, exposure, and light that falls off to one side.
Tensor relit(const Tensor& face, RandomStream& random) {
  const double brightness = std::exp(random.normal(0, 0.12));
  std::array<double, 3> gain{};
  for (double& g : gain) g = brightness * std::exp(random.normal(0, 0.07));
  const Tensor across = at::linspace(-1, 1, face.size(2)) * random.normal(0, 0.12);
  const Tensor down = at::linspace(-1, 1, face.size(1)) * random.normal(0, 0.12);
  const Tensor light = 1 + across.view({1, 1, -1}) + down.view({1, -1, 1});
  return face * of_three(gain) * light.clamp_min(0.3);
}

}  // namespace

Tensor coarsened(const Tensor& face, double factor) {
  const auto smaller = [&](std::int64_t side) {
    return std::max<std::int64_t>(4, std::llround(double(side) / factor));
  };
  const std::array<std::int64_t, 2> size = {face.size(1), face.size(2)};
  const Tensor small =
      at::_upsample_bilinear2d_aa(face.unsqueeze(0), {smaller(size[0]), smaller(size[1])}, false);
  return at::upsample_bilinear2d(small, {size[0], size[1]}, false).squeeze(0);
}

Tensor spoilt_face(const Tensor& face, RandomStream& random) {
  Tensor x = face.clone();
  for (int i = random.chance(0.25) ? random.integer(1, 2) : 0; i > 0; --i) cover(x, random);
  if (random.chance(0.3)) x = coarsened(x, random.uniform(1.2, 4.5));
  if (random.chance(0.35)) x = blurred(x, random.uniform(0.3, 2.2));
  x = relit(x, random);
  const Tensor grey = x.mean(0, true);
  const double saturation =
      random.chance(0.08) ? 0 : std::clamp(1 + random.normal(0, 0.2), 0.0, 2.0);
  x = grey + saturation * (x - grey);
  x = x.clamp(1e-4, 1.5).pow(std::exp(random.normal(0, 0.15)));
  x = 0.5 + std::exp(random.normal(0, 0.15)) * (x - 0.5);
  if (random.chance(0.5)) {
    Tensor grain = at::empty(x.sizes());
    random.fill_normal({grain.data_ptr<float>(), std::size_t(grain.numel())});
    x = x + random.uniform(0, 0.06) * grain;
  }
  return x.clamp(0, 1);
}

}  // namespace portrait
