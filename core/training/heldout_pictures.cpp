// SPDX-License-Identifier: Apache-2.0
#include "core/training/heldout_pictures.h"

#include "core/base/error.h"
#include "core/image/read_image.h"
#include "core/image/resample.h"
#include "core/image/write_image.h"

#include <algorithm>
#include <array>
#include <cmath>

namespace portrait {
namespace fs = std::filesystem;
namespace {

constexpr int kSize = HeldoutFormat::kSize;
constexpr int kDepthSize = HeldoutFormat::kDepthSize;
constexpr double kSameSurface = 2.0 / kCentimetresPerUnit;

// World units to the stored values, as fractions of 65535.
Image stored_depth(const Image& depth) {
  Image stored(depth.width, depth.height, 1);
  for (std::size_t i = 0; i < stored.pixels.size(); ++i) {
    const double d = depth.pixels[i];
    if (d <= 0) continue;
    const double v = std::round((d - HeldoutFormat::kDepthOffset) / HeldoutFormat::kDepthStep);
    stored.pixels[i] = static_cast<float>(std::clamp(v, 1.0, 65535.0) / 65535.0);
  }
  return stored;
}

Image depth_of_stored(const Image& stored) {
  Image depth(stored.width, stored.height, 1);
  for (std::size_t i = 0; i < depth.pixels.size(); ++i) {
    const double v = std::round(stored.pixels[i * std::size_t(stored.channels)] * 65535.0);
    if (v < 1) continue;
    depth.pixels[i] =
        static_cast<float>(HeldoutFormat::kDepthOffset + v * HeldoutFormat::kDepthStep);
  }
  return depth;
}

}  // namespace

std::string heldout_view_name(const Viewpoint& viewpoint) {
  return fmt::format("az{:+04.0f}_el{:+03.0f}", viewpoint.azimuth_deg, viewpoint.elevation_deg);
}

Image halved_depth(const Image& depth) {
  check(depth.channels == 1 && depth.width % 2 == 0 && depth.height % 2 == 0, ErrorCode::kBadUsage,
        "A depth of {} x {} x {} cannot be halved", depth.width, depth.height, depth.channels);
  Image half(depth.width / 2, depth.height / 2, 1);
  for (int y = 0; y < half.height; ++y) {
    for (int x = 0; x < half.width; ++x) {
      const std::array<double, 4> four = {*depth.at(2 * x, 2 * y), *depth.at(2 * x + 1, 2 * y),
                                          *depth.at(2 * x, 2 * y + 1),
                                          *depth.at(2 * x + 1, 2 * y + 1)};
      double nearest = 0;
      for (const double d : four) {
        if (std::isfinite(d) && d > 0 && (nearest == 0 || d < nearest)) nearest = d;
      }
      double sum = 0;
      int count = 0;
      for (const double d : four) {
        if (!std::isfinite(d) || d <= 0 || d > nearest + kSameSurface) continue;
        sum += d;
        ++count;
      }
      if (count > 0) *half.at(x, y) = static_cast<float>(sum / count);
    }
  }
  return half;
}

Image enlarged_depth(const Image& depth, int size) {
  Image valid(depth.width, depth.height, 1);
  for (std::size_t i = 0; i < valid.pixels.size(); ++i) valid.pixels[i] = depth.pixels[i] > 0;
  Image large = resize(depth, size, size, Interpolation::kBilinear);
  const Image weight = resize(valid, size, size, Interpolation::kBilinear);
  for (std::size_t i = 0; i < large.pixels.size(); ++i) {
    large.pixels[i] = weight.pixels[i] >= 0.5F ? large.pixels[i] / weight.pixels[i] : 0.0F;
  }
  return large;
}

void write_heldout_view(const fs::path& folder, const Viewpoint& viewpoint, const Image& rgba,
                        const Image& depth, int webp_quality) {
  const std::string name = heldout_view_name(viewpoint);
  WriteOptions colours;
  colours.webp_quality = webp_quality;
  write_image(folder / (name + ".webp"), rgba, colours);
  WriteOptions deep;
  deep.bits = 16;
  deep.png_compression = 9;
  write_image(folder / (name + "_depth.png"), stored_depth(halved_depth(depth)), deep);
}

HeldoutView read_heldout_view(const fs::path& folder, const Viewpoint& viewpoint) {
  const std::string name = heldout_view_name(viewpoint);
  const fs::path colour_file = folder / (name + ".webp");
  HeldoutView view;
  view.rgba = read_image(colour_file).image;
  const Image depth = read_image(folder / (name + "_depth.png")).image;
  check(view.rgba.width == kSize && view.rgba.height == kSize && view.rgba.channels == 4 &&
            depth.width == kDepthSize && depth.height == kDepthSize,
        ErrorCode::kCorrupt,
        "\"{}\" or its depth is not a {} x {} picture with alpha with a depth of {} x {}",
        colour_file.string(), kSize, kSize, kDepthSize, kDepthSize);
  view.depth = enlarged_depth(depth_of_stored(depth), kSize);
  for (std::size_t i = 0; i < view.depth.pixels.size(); ++i) {
    if (view.rgba.pixels[4 * i + 3] < 0.5F) view.depth.pixels[i] = 0;
  }
  return view;
}

}  // namespace portrait
