// SPDX-License-Identifier: Apache-2.0
// Small writers of odd picture files, by hand, so that tests do not lean on the code under test.
#pragma once

#include "core/base/image.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <cstdint>
#include <string>
#include <vector>

namespace portrait::test_files {

inline void put16(std::string& s, unsigned v, bool big) {
  const char hi = char(v >> 8 & 255);
  const char lo = char(v & 255);
  s += big ? hi : lo;
  s += big ? lo : hi;
}
inline void put32(std::string& s, unsigned v, bool big) {
  put16(s, big ? v >> 16 : v & 0xFFFF, big);
  put16(s, big ? v & 0xFFFF : v >> 16, big);
}

// A TIFF stream with orientation and, when above 0, the 35 mm focal length: the body of EXIF.
inline std::string exif_tiff(int orientation, int focal_35mm, bool big = true) {
  std::string t = big ? "MM" : "II";
  put16(t, 42, big);
  put32(t, 8, big);
  put16(t, focal_35mm > 0 ? 2 : 1, big);
  const auto entry = [&](unsigned tag, unsigned type, unsigned value) {
    put16(t, tag, big);
    put16(t, type, big);
    put32(t, 1, big);
    if (type == 3) {
      put16(t, value, big);
      put16(t, 0, big);
    } else {
      put32(t, value, big);
    }
  };
  entry(0x0112, 3, unsigned(orientation));
  if (focal_35mm > 0) entry(0x8769, 4, 8 + 2 + 24 + 4);
  put32(t, 0, big);
  if (focal_35mm > 0) {
    put16(t, 1, big);
    entry(0xA405, 3, unsigned(focal_35mm));
    put32(t, 0, big);
  }
  return t;
}

// Puts an EXIF segment behind a JPEG's first marker.
inline std::string with_exif(const std::string& jpeg, int orientation, int focal_35mm) {
  const std::string body = std::string("Exif\0\0", 6) + exif_tiff(orientation, focal_35mm);
  std::string segment = "\xFF\xE1";
  put16(segment, unsigned(body.size() + 2), true);
  return jpeg.substr(0, 2) + segment + body + jpeg.substr(2);
}

// An uncompressed TIFF of one strip. samples: interleaved, 8 or 16 bits.
inline std::string tiff(int width, int height, int channels, int bits, int photometric,
                        int orientation, const std::vector<std::uint16_t>& samples) {
  std::string t = "II";
  put16(t, 42, false);
  const unsigned data_at = 8;
  std::string data;
  for (const auto v : samples) {
    if (bits == 16) {
      put16(data, v, false);
    } else {
      data += char(v);
    }
  }
  if (data.size() % 2) data += '\0';
  const auto bits_at = unsigned(data_at + data.size());
  std::string depths;
  for (int c = 0; c < channels; ++c) put16(depths, unsigned(bits), false);
  put32(t, bits_at + unsigned(depths.size()), false);
  t += data + depths;
  std::vector<std::array<unsigned, 4>> entries = {
      {256, 4, 1, unsigned(width)},       {257, 4, 1, unsigned(height)},
      {258, 3, unsigned(channels), channels > 2 ? bits_at : unsigned(bits)},
      {259, 3, 1, 1},                     {262, 3, 1, unsigned(photometric)},
      {273, 4, 1, data_at},               {274, 3, 1, unsigned(orientation)},
      {277, 3, 1, unsigned(channels)},    {278, 4, 1, unsigned(height)},
      {279, 4, 1, unsigned(samples.size() * unsigned(bits) / 8)}};
  put16(t, unsigned(entries.size()), false);
  for (const auto& e : entries) {
    put16(t, e[0], false);
    put16(t, e[1], false);
    put32(t, e[2], false);
    put32(t, e[3], false);
  }
  put32(t, 0, false);
  return t;
}

// A baseline JPEG of four components in Adobe's inverted CMYK. Every pixel of `image` becomes one
// plain 8 x 8 block, so only the blocks' means are coded (ITU T.81, Annex K's DC table).
inline std::string cmyk_jpeg(const Image& image) {
  std::string j = "\xFF\xD8";
  const auto segment = [&](int marker, const std::string& body) {
    j += '\xFF';
    j += char(marker);
    put16(j, unsigned(body.size() + 2), true);
    j += body;
  };
  segment(0xEE, std::string("Adobe\0\x64\0\0\0\0\0", 12));
  segment(0xDB, std::string(1, '\0') + std::string(64, '\x01'));
  std::string frame = "\x08";
  put16(frame, unsigned(image.height) * 8, true);
  put16(frame, unsigned(image.width) * 8, true);
  frame += '\x04';
  for (int c = 1; c <= 4; ++c) frame += std::string{char(c), '\x11', '\0'};
  segment(0xC0, frame);
  // DC: eleven codes of four bits and one more (12 categories); AC: end of block alone, one bit.
  std::string dc(17, '\0');
  dc[4] = 12;
  for (int i = 0; i < 12; ++i) dc += char(i);
  segment(0xC4, dc);
  std::string ac(17, '\0');
  ac[0] = '\x10';
  ac[1] = 1;
  ac += '\0';
  segment(0xC4, ac);
  std::string scan = "\x04";
  for (int c = 1; c <= 4; ++c) scan += std::string{char(c), '\0'};
  scan += std::string("\0\x3F\0", 3);
  segment(0xDA, scan);
  unsigned buffer = 0;
  int filled = 0;
  const auto put = [&](unsigned value, int count) {
    for (int i = count - 1; i >= 0; --i) {
      buffer = buffer << 1 | (value >> i & 1U);
      if (++filled == 8) {
        j += char(buffer);
        if ((buffer & 255U) == 255U) j += '\0';
        buffer = 0;
        filled = 0;
      }
    }
  };
  int before[4] = {0, 0, 0, 0};
  for (int y = 0; y < image.height; ++y) {
    for (int x = 0; x < image.width; ++x) {
      const float* p = image.at(x, y);
      const float light = std::max({p[0], p[1], p[2], 1e-3F});
      for (int c = 0; c < 4; ++c) {
        // Stored: 255 - ink. K holds the brightest channel, C, M and Y the rest.
        const float stored = 255 * (c == 3 ? light : p[c] / light);
        const int level = int(std::lround((stored - 128) * 8));  // DC = 8 x mean, quantised by 1
        const int difference = level - before[c];
        before[c] = level;
        int category = 0;
        while (std::abs(difference) >> category) ++category;
        put(unsigned(category), 4);
        put(unsigned(difference < 0 ? difference + (1 << category) - 1 : difference), category);
        put(0, 1);
      }
    }
  }
  put(0x7F, 7);
  return j + "\xFF\xD9";
}

}  // namespace portrait::test_files
