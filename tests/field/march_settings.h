// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/field/rays.h"
#include "core/field/renderer.h"
#include "tests/field/test_fields.h"

#include <utility>
#include <vector>

// What every version of the renderer is held against the reference on.
namespace portrait {

inline double relative_difference(const Tensor& a, const Tensor& b) {
  return ((a - b).norm() / b.norm().clamp_min(1e-12)).item<double>();
}

// Rays from a ball round the box, most of them into it.
inline Rays random_rays(int count, std::uint64_t seed) {
  RandomStream random({seed, random_purpose("test rays"), 0, 0});
  Rays rays{at::empty({count, 3}), at::empty({count, 3})};
  random.fill_normal({rays.origins.data_ptr<float>(), std::size_t(3 * count)});
  rays.origins.div_(rays.origins.norm(2, 1, true)).mul_(1.7);
  random.fill_normal({rays.directions.data_ptr<float>(), std::size_t(3 * count)});
  rays.directions.mul_(0.35).sub_(rays.origins);
  rays.directions.div_(rays.directions.norm(2, 1, true));
  return rays;
}

struct Setting {
  int slices = 1;
  int height = 24;
  int width = 24;
  int rays = 70;
  RenderOptions options;
};

inline Field field_of(const Setting& setting) {
  Field field = random_field(setting.slices, setting.height, 5);
  if (setting.width != setting.height) {
    field.planes =
        at::upsample_bilinear2d(field.planes.flatten(0, 1), {setting.height, setting.width}, false)
            .view({3, setting.slices, kFieldChannels, setting.height, setting.width});
  }
  return field;
}

inline std::vector<std::pair<const char*, Setting>> settings() {
  std::vector<std::pair<const char*, Setting>> all;
  Setting usual;
  usual.options.coarse = 24;
  usual.options.fine = 16;
  usual.options.jitter_key = RandomKey{7, random_purpose("test"), 1, 2};
  usual.options.least_transmittance = 0;
  all.emplace_back("jittered", usual);
  Setting slices = usual;
  slices.slices = 2;
  all.emplace_back("two slices", slices);
  slices.slices = 3;
  slices.width = 17;
  slices.height = 9;
  all.emplace_back("three slices of 9 x 17", slices);
  Setting eg3d = usual;
  eg3d.options = RenderOptions::eg3d();
  all.emplace_back("as EG3D", eg3d);
  Setting fixed = usual;
  fixed.options.range = RayRange{0.9, 2.4};
  fixed.options.disparity = true;
  fixed.options.jitter_key.reset();
  all.emplace_back("disparity", fixed);
  Setting coarse = usual;
  coarse.options.coarse = 13;
  coarse.options.fine = 0;
  all.emplace_back("coarse only", coarse);
  Setting one = usual;
  one.rays = 1;
  all.emplace_back("one ray", one);
  Setting most = usual;
  most.rays = 5;
  most.options.coarse = 128;
  most.options.fine = 128;
  all.emplace_back("256 samples", most);
  return all;
}

}  // namespace portrait
