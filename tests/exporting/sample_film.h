// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/base/image.h"
#include "core/exporting/video_writer.h"

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <filesystem>
#include <string>

namespace portrait {

// A shaded disc that moves to the right, soft at its edge, on nothing (four channels) or on grey.
inline Image disc_frame(int width, int height, int frame, int channels) {
  Image image(width, height, channels);
  const float radius = 0.3F * float(height);
  const float middle = float(width) * (0.35F + 0.02F * float(frame));
  for (int y = 0; y < height; ++y) {
    for (int x = 0; x < width; ++x) {
      const float u = (float(x) + 0.5F - middle) / radius;
      const float v = (float(y) + 0.5F) / radius - 0.5F * float(height) / radius;
      const float alpha = std::clamp((1 - std::hypot(u, v)) * radius / 3 + 0.5F, 0.0F, 1.0F);
      const float light = std::clamp(0.8F - 0.2F * u - 0.15F * v, 0.0F, 1.0F);
      const float colour[] = {0.9F * light, 0.65F * light, 0.5F * light};
      float* p = image.at(x, y);
      for (int c = 0; c < 3; ++c) {
        if (channels == 4) p[c] = alpha > 0 ? colour[c] : 0;
        if (channels == 3) p[c] = alpha * colour[c] + (1 - alpha) * 0.3F;
      }
      if (channels == 4) p[3] = alpha;
    }
  }
  return image;
}

// Of the colours where `expected` is opaque, in dB; 99 when they are the same.
inline double colour_psnr(const Image& expected, const Image& found) {
  double sum = 0;
  double count = 0;
  for (int y = 0; y < expected.height; ++y) {
    for (int x = 0; x < expected.width; ++x) {
      const float* e = expected.at(x, y);
      if (expected.channels == 4 && e[3] < 1) continue;
      for (int c = 0; c < 3; ++c) sum += std::pow(double(e[c]) - found.at(x, y)[c], 2);
      count += 3;
    }
  }
  return sum > 0 ? std::min(99.0, 10 * std::log10(count / sum)) : 99;
}

// Largest and mean distance of two alpha channels; the threshold cuts the expected one first.
struct AlphaGap {
  double largest = 0;
  double mean = 0;
};

inline AlphaGap alpha_gap(const Image& expected, const Image& found, bool cut = false) {
  AlphaGap gap;
  for (int y = 0; y < expected.height; ++y) {
    for (int x = 0; x < expected.width; ++x) {
      float alpha = expected.at(x, y)[3];
      if (cut) alpha = alpha >= 0.5F ? 1.0F : 0.0F;
      const double distance = std::abs(double(alpha) - found.at(x, y)[3]);
      gap.largest = std::max(gap.largest, distance);
      gap.mean += distance / (double(expected.width) * expected.height);
    }
  }
  return gap;
}

inline void write_film(const std::filesystem::path& path, int frames, int channels,
                       const VideoOptions& options = {}, int width = 96, int height = 80) {
  VideoWriter writer(path, options);
  for (int i = 0; i < frames; ++i) writer.add(disc_frame(width, height, i, channels));
  writer.finish();
}

// What the blocks of a GIF say.
struct GifBlocks {
  int frames = 0;
  int palettes = 0;  // the film's own and those of single frames
  int loops = -1;    // 0: for ever; -1: not said
  int delay_cs = 0;  // all frames together
};

inline GifBlocks gif_blocks(const std::string& file) {
  const auto byte = [&](std::size_t at) { return int(std::uint8_t(file.at(at))); };
  const auto palette_bytes = [&](int flags) { return flags & 0x80 ? 3 << ((flags & 7) + 1) : 0; };
  GifBlocks blocks;
  std::size_t at = 13 + std::size_t(palette_bytes(byte(10)));
  blocks.palettes += (byte(10) & 0x80) != 0;
  while (byte(at) != 0x3B) {
    if (byte(at) == 0x2C) {
      ++blocks.frames;
      blocks.palettes += (byte(at + 9) & 0x80) != 0;
      at += 11 + std::size_t(palette_bytes(byte(at + 9)));
    } else {
      if (byte(at + 1) == 0xF9) blocks.delay_cs += byte(at + 4) | byte(at + 5) << 8;
      if (byte(at + 1) == 0xFF && file.compare(at + 3, 11, "NETSCAPE2.0") == 0) {
        blocks.loops = byte(at + 16) | byte(at + 17) << 8;
      }
      at += 2;
    }
    while (byte(at) != 0) at += std::size_t(byte(at)) + 1;
    ++at;
  }
  return blocks;
}

}  // namespace portrait
