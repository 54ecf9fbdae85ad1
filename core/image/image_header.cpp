// SPDX-License-Identifier: Apache-2.0
#include "core/image/image_header.h"

#include <algorithm>
#include <cstring>

namespace portrait {
namespace {

std::uint32_t big(Bytes b, std::size_t at, int count) {
  std::uint32_t value = 0;
  for (int i = 0; i < count; ++i) value = value << 8 | (at + i < b.size() ? b[at + i] : 0U);
  return value;
}

std::uint32_t little(Bytes b, std::size_t at, int count) {
  std::uint32_t value = 0;
  for (int i = count - 1; i >= 0; --i) value = value << 8 | (at + i < b.size() ? b[at + i] : 0U);
  return value;
}

bool has(Bytes b, std::size_t at, const char* text) {
  const std::size_t length = std::strlen(text);
  return at + length <= b.size() && std::memcmp(b.data() + at, text, length) == 0;
}

// ITU T.81: markers with big-endian lengths; the frame header (SOF) carries the size.
void read_jpeg(Bytes b, ImageHeader& header) {
  std::size_t at = 2;
  int adobe_transform = -1;
  while (at + 4 <= b.size()) {
    if (b[at] != 0xFF) break;
    const int marker = b[at + 1];
    if (marker == 0xFF) {  // fill byte
      ++at;
      continue;
    }
    if (marker == 0xD9) break;
    const std::size_t length = big(b, at + 2, 2);
    const std::size_t body = at + 4;
    if (length < 2) break;
    if (marker == 0xE1 && has(b, body, "Exif") && body + 6 < b.size()) {
      const std::size_t end = std::min(b.size(), at + 2 + length);
      if (end > body + 6) header.exif = parse_exif(b.subspan(body + 6, end - body - 6));
    } else if (marker == 0xEE && has(b, body, "Adobe")) {
      adobe_transform = int(big(b, body + 11, 1));
    } else if (marker >= 0xC0 && marker <= 0xCF && marker != 0xC4 && marker != 0xC8 &&
               marker != 0xCC) {
      header.bits = int(big(b, body, 1));
      header.height = big(b, body + 1, 2);
      header.width = big(b, body + 3, 2);
      header.components = int(big(b, body + 5, 1));
    } else if (marker == 0xDA) {
      break;
    }
    at += 2 + length;
  }
  header.cmyk = header.components == 4;
  header.cmyk_inverted = header.cmyk && adobe_transform >= 0;
  // The end marker may be followed by padding or by a maker's appended data, so it is sought
  // from the back; entropy-coded data cannot contain it.
  header.complete = false;
  for (std::size_t i = b.size(); i-- > 1;) {
    if (b[i] == 0xD9 && b[i - 1] == 0xFF) {
      header.complete = i > at;
      break;
    }
  }
}

// ISO 15948: IHDR first, IEND last.
void read_png(Bytes b, ImageHeader& header) {
  if (!has(b, 12, "IHDR")) return;
  header.width = big(b, 16, 4);
  header.height = big(b, 20, 4);
  header.bits = int(big(b, 24, 1));
  const auto type = big(b, 25, 1);
  header.palette = type == 3;
  header.components = type == 0 ? 1 : type == 2 || type == 3 ? 3 : type == 4 ? 2 : 4;
  header.complete = false;
  std::size_t at = 8;
  while (at + 12 <= b.size()) {
    const std::size_t length = big(b, at, 4);
    if (length > b.size() - at - 12) break;
    if (has(b, at + 4, "eXIf")) header.exif = parse_exif(b.subspan(at + 8, length));
    if (has(b, at + 4, "IEND")) {
      header.complete = true;
      break;
    }
    at += 12 + length;
  }
}

// RIFF container: VP8 (lossy), VP8L (lossless) or VP8X (extended) chunk first.
void read_webp(Bytes b, ImageHeader& header) {
  header.components = 3;
  header.complete = std::uint64_t(little(b, 4, 4)) + 8 <= b.size();
  if (has(b, 12, "VP8X")) {
    if (little(b, 20, 1) & 0x10U) header.components = 4;
    header.width = little(b, 24, 3) + 1;
    header.height = little(b, 27, 3) + 1;
  } else if (has(b, 12, "VP8L")) {
    const std::uint32_t packed = little(b, 21, 4);
    header.width = (packed & 0x3FFFU) + 1;
    header.height = (packed >> 14 & 0x3FFFU) + 1;
    if (packed >> 28 & 1U) header.components = 4;
  } else if (has(b, 12, "VP8 ")) {
    header.width = little(b, 26, 2) & 0x3FFFU;
    header.height = little(b, 28, 2) & 0x3FFFU;
  }
  std::size_t at = 12;
  while (at + 8 <= b.size()) {
    const std::size_t length = little(b, at + 4, 4);
    if (length > b.size() - at - 8) break;
    if (has(b, at, "EXIF")) {
      Bytes exif = b.subspan(at + 8, length);
      if (has(exif, 0, "Exif") && exif.size() > 6) exif = exif.subspan(6);
      header.exif = parse_exif(exif);
    }
    at += 8 + length + (length & 1U);
  }
}

// TIFF 6.0. Strips or tiles that end after the file's end mean a truncated file.
void read_tiff(Bytes b, ImageHeader& header) {
  const TiffReader tiff(b);
  const std::uint32_t directory = tiff.first_directory();
  const auto number = [&](std::uint16_t tag, double otherwise) {
    const auto entry = tiff.find(directory, tag);
    return entry ? tiff.number(*entry) : otherwise;
  };
  header.width = std::int64_t(number(256, 0));
  header.height = std::int64_t(number(257, 0));
  header.bits = int(number(258, 1));
  header.components = int(number(277, 1));
  const int photometric = int(number(262, 1));
  header.palette = photometric == 3;
  header.cmyk = photometric == 5;
  header.exif = parse_exif(b);
  auto offsets = tiff.find(directory, 273);
  auto lengths = tiff.find(directory, 279);
  if (!offsets) {
    offsets = tiff.find(directory, 324);
    lengths = tiff.find(directory, 325);
  }
  header.complete = offsets && lengths;
  if (!header.complete) return;
  const std::uint32_t count = std::min(offsets->count, lengths->count);
  for (std::uint32_t i = 0; i < count && header.complete; ++i) {
    header.complete = tiff.number(*offsets, i) + tiff.number(*lengths, i) <= double(b.size());
    if (std::uint64_t(i) * 2 > b.size()) break;  // a count beyond the file itself
  }
}

}  // namespace

const char* format_name(ImageFormat format) {
  switch (format) {
    case ImageFormat::kJpeg: return "JPEG";
    case ImageFormat::kPng: return "PNG";
    case ImageFormat::kWebp: return "WebP";
    case ImageFormat::kTiff: return "TIFF";
    case ImageFormat::kUnknown: break;
  }
  return "unknown";
}

ImageHeader read_image_header(Bytes b) {
  ImageHeader header;
  if (has(b, 0, "\xFF\xD8\xFF")) {
    header.format = ImageFormat::kJpeg;
    read_jpeg(b, header);
  } else if (has(b, 0, "\x89PNG\r\n\x1a\n")) {
    header.format = ImageFormat::kPng;
    read_png(b, header);
  } else if (has(b, 0, "RIFF") && has(b, 8, "WEBP")) {
    header.format = ImageFormat::kWebp;
    read_webp(b, header);
  } else if (TiffReader(b).valid()) {
    header.format = ImageFormat::kTiff;
    read_tiff(b, header);
  }
  return header;
}

}  // namespace portrait
