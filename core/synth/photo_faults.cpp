// SPDX-License-Identifier: Apache-2.0
#include "core/synth/photo_faults.h"

#include "core/base/thread_pool.h"

#include <Eigen/Core>

#include <algorithm>
#include <cmath>
#include <numbers>
#include <vector>

namespace portrait {
namespace {

using Block = Eigen::Matrix<float, 8, 8>;

const Block& cosine_basis() {
  static const Block basis = [] {
    Block b;
    for (int u = 0; u < 8; ++u) {
      for (int x = 0; x < 8; ++x) {
        b(u, x) = (u == 0 ? std::sqrt(0.125F) : 0.5F) *
                  std::cos((2 * float(x) + 1) * float(u) * std::numbers::pi_v<float> / 16);
      }
    }
    return b;
  }();
  return basis;
}

// Step of a coefficient, after the shape of Annex K of ITU-T T.81: finer for low frequencies.
float quantiser(int u, int v, bool chroma, float scale) {
  const float frequency = float(u + v);
  const float base =
      chroma ? 17 + 11 * frequency : 13 + 5.5F * frequency + 0.55F * frequency * frequency;
  return std::max(1.0F, std::min(base, chroma ? 99.0F : 121.0F) * scale) / 255.0F;
}

void quantise_block(Block& block, bool chroma, float scale) {
  const Block& basis = cosine_basis();
  Block c = basis * block * basis.transpose();
  for (int u = 0; u < 8; ++u) {
    for (int v = 0; v < 8; ++v) {
      const float q = quantiser(u, v, chroma, scale);
      c(u, v) = std::round(c(u, v) / q) * q;
    }
  }
  block = basis.transpose() * c * basis;
}

}  // namespace

void blur_image(Image& image, float sigma) {
  if (sigma < 0.2F) return;
  const int reach = int(std::ceil(2.5F * sigma));
  std::vector<float> kernel(std::size_t(2 * reach + 1));
  float total = 0;
  for (int k = -reach; k <= reach; ++k) {
    total += kernel[std::size_t(k + reach)] = std::exp(-0.5F * float(k * k) / (sigma * sigma));
  }
  for (float& k : kernel) k /= total;
  const int channels = image.channels;
  const int width = image.width;
  const std::ptrdiff_t row_length = std::ptrdiff_t(width) * channels;
  using Row = Eigen::Map<Eigen::ArrayXf>;
  using ConstRow = Eigen::Map<const Eigen::ArrayXf>;
  // Along the rows: each row with its ends repeated, so that a shift is a whole row's.
  Image out(width, image.height, channels);
  parallel_for(image.height, 16, [&](std::int64_t begin, std::int64_t end) {
    std::vector<float> padded(std::size_t(row_length + 2 * std::ptrdiff_t(reach) * channels));
    for (int y = int(begin); y < int(end); ++y) {
      for (int x = -reach; x < width + reach; ++x) {
        std::copy_n(image.at(std::clamp(x, 0, width - 1), y), channels,
                    &padded[std::size_t((x + reach) * channels)]);
      }
      Row to(out.at(0, y), row_length);
      for (int k = 0; k <= 2 * reach; ++k)
        to += kernel[std::size_t(k)] * ConstRow(&padded[std::size_t(k * channels)], row_length);
    }
  });
  // Across them.
  image.pixels.assign(image.pixels.size(), 0);
  parallel_for(image.height, 16, [&](std::int64_t begin, std::int64_t end) {
    for (int y = int(begin); y < int(end); ++y) {
      Row to(image.at(0, y), row_length);
      for (int k = -reach; k <= reach; ++k) {
        const int from = std::clamp(y + k, 0, image.height - 1);
        to += kernel[std::size_t(k + reach)] * ConstRow(out.at(0, from), row_length);
      }
    }
  });
}

void compress_blocks(Image& rgb, int quality) {
  const float scale = quality < 50 ? 50.0F / float(std::max(quality, 1))
                                   : 2 - float(std::min(quality, 100)) / 50.0F;
  Eigen::Matrix3f luma_from_rgb;
  luma_from_rgb << 0.299F, 0.587F, 0.114F, -0.168736F, -0.331264F, 0.5F, 0.5F, -0.418688F,
      -0.081312F;
  Eigen::Matrix3f rgb_from_luma;
  rgb_from_luma << 1, 0, 1.402F, 1, -0.344136F, -0.714136F, 1, 1.772F, 0;
  const int blocks_x = (rgb.width + 7) / 8;
  const int blocks_y = (rgb.height + 7) / 8;
  parallel_for(blocks_y, 2, [&](std::int64_t begin, std::int64_t end) {
    for (int by = int(begin); by < int(end); ++by) {
      for (int bx = 0; bx < blocks_x; ++bx) {
        std::array<Block, 3> planes;
        const auto pixel = [&](int i, int j) {
          return rgb.at(std::min(bx * 8 + i, rgb.width - 1), std::min(by * 8 + j, rgb.height - 1));
        };
        for (int j = 0; j < 8; ++j) {
          for (int i = 0; i < 8; ++i) {
            const Eigen::Vector3f c =
                luma_from_rgb * Eigen::Map<const Eigen::Vector3f>(pixel(i, j));
            for (int k = 0; k < 3; ++k) planes[std::size_t(k)](j, i) = c[k];
          }
        }
        for (std::size_t k = 0; k < 3; ++k) quantise_block(planes[k], k > 0, scale);
        for (int j = 0; j < 8 && by * 8 + j < rgb.height; ++j) {
          for (int i = 0; i < 8 && bx * 8 + i < rgb.width; ++i) {
            const Eigen::Vector3f c =
                rgb_from_luma * Eigen::Vector3f(planes[0](j, i), planes[1](j, i), planes[2](j, i));
            for (int k = 0; k < 3; ++k) pixel(i, j)[k] = std::clamp(c[k], 0.0F, 1.0F);
          }
        }
      }
    }
  });
}

void add_photo_faults(const RandomKey& key, Image& rgb) {
  RandomStream random(key);
  const float exposure = std::exp(float(random.normal(0, 0.10)));
  const float warmth = float(random.normal(0, 0.05));
  const float tint = float(random.normal(0, 0.02));
  const float gamma = std::exp(float(random.normal(0, 0.08)));
  const Eigen::Array3f gain = exposure * Eigen::Array3f(1 + warmth, 1 + tint, 1 - warmth);
  const float saturation = 1 + float(random.normal(0, 0.12));
  const float scale = float(rgb.width) / 512.0F;
  const float sigma = random.chance(0.5) ? float(random.uniform(0, 1.6)) * scale : 0;
  const float noise = random.chance(0.6) ? float(std::pow(random.uniform(), 2.0)) * 0.045F : 0.003F;
  const int quality = random.chance(0.6) ? random.integer(45, 95) : 0;

  blur_image(rgb, sigma);
  std::vector<float> grain(rgb.pixels.size());
  random.fill_normal(grain);
  for (std::size_t i = 0; i + 2 < rgb.pixels.size(); i += 3) {
    Eigen::Array3f c = Eigen::Map<Eigen::Array3f>(&rgb.pixels[i]).pow(gamma) * gain;
    const float grey = 0.3F * c[0] + 0.59F * c[1] + 0.11F * c[2];
    c = grey + saturation * (c - grey);
    for (int k = 0; k < 3; ++k) {
      rgb.pixels[i + std::size_t(k)] =
          std::clamp(c[k] + noise * grain[i + std::size_t(k)], 0.0F, 1.0F);
    }
  }
  if (quality > 0) compress_blocks(rgb, quality);
}

}  // namespace portrait
