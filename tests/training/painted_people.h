// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/base/random.h"
#include "core/nn/safetensors.h"
#include "core/training/cache_files.h"
#include "core/training/identity_cache.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <filesystem>
#include <span>
#include <vector>

namespace portrait {

// A person of the identity cache without a head model: stripes of a person's own direction and
// width, in light of each photo's own.
inline void write_painted_person(const std::filesystem::path& folder, bool held_out, int number,
                                 const std::vector<float>& azimuths) {
  RandomStream person({1, random_purpose("painted person"), std::uint32_t(number), 0});
  const double turn = person.uniform(0, 3), wave = person.uniform(0.05, 0.4);
  std::array<double, 3> colour{};
  for (double& c : colour) c = person.uniform(0.2, 0.9);
  std::vector<std::uint8_t> faces;
  for (std::size_t i = 0; i < azimuths.size(); ++i) {
    RandomStream photo(
        {1, random_purpose("painted photo"), std::uint32_t(number), std::uint32_t(i)});
    const double light = photo.uniform(0.8, 1.1), phase = photo.uniform(0, 1);
    for (int y = 0; y < kIdentityCachePx; ++y) {
      for (int x = 0; x < kIdentityCachePx; ++x) {
        const double along = std::cos(turn) * x + std::sin(turn) * y;
        const double shade = 0.75 + 0.25 * std::sin(wave * along + phase);
        for (const double c : colour) {
          faces.push_back(std::uint8_t(std::clamp(255 * c * shade * light, 0.0, 255.0)));
        }
      }
    }
  }
  const auto count = std::int64_t(azimuths.size());
  const std::int64_t side = kIdentityCachePx;
  save_safetensors(folder / cache_file_name(held_out ? "heldout" : "identity", number),
                   {{"faces", DType::kU8, {count, side, side, 3}, std::as_bytes(std::span(faces))},
                    {"azimuth_deg", DType::kF32, {count}, std::as_bytes(std::span(azimuths))}});
}

// `people` of three photos each, and two held out.
inline void write_painted_people(const std::filesystem::path& folder, int people) {
  std::filesystem::create_directories(folder);
  for (int i = 0; i < people; ++i) write_painted_person(folder, false, i, {0, 20, -40});
  for (int i = 0; i < 2; ++i) write_painted_person(folder, true, 1000 + i, {10, -30, 80});
}

}  // namespace portrait
