// SPDX-License-Identifier: Apache-2.0
#include "core/image/exif.h"

#include <cmath>

namespace portrait {
namespace {

constexpr std::uint16_t kOrientation = 0x0112;
constexpr std::uint16_t kExifDirectory = 0x8769;
constexpr std::uint16_t kFocalLength = 0x920A;
constexpr std::uint16_t kPixelWidth = 0xA002;
constexpr std::uint16_t kPixelHeight = 0xA003;
constexpr std::uint16_t kFocalPlaneX = 0xA20E;
constexpr std::uint16_t kFocalPlaneUnit = 0xA210;
constexpr std::uint16_t kFocal35mm = 0xA405;

std::uint32_t size_of_type(std::uint16_t type) {
  switch (type) {
    case 1: case 2: case 6: case 7: return 1;
    case 3: case 8: return 2;
    case 4: case 9: case 11: return 4;
    case 5: case 10: case 12: return 8;
    default: return 0;
  }
}

// Pixels of the longer side divided by the focal plane's resolution: the sensor's width.
std::optional<double> sensor_width_mm(const TiffReader& tiff, std::uint32_t directory) {
  const auto resolution = tiff.find(directory, kFocalPlaneX);
  const auto width = tiff.find(directory, kPixelWidth);
  if (!resolution || !width) return std::nullopt;
  double pixels = tiff.number(*width);
  if (const auto height = tiff.find(directory, kPixelHeight)) {
    pixels = std::max(pixels, tiff.number(*height));
  }
  double unit_mm = 25.4;
  if (const auto unit = tiff.find(directory, kFocalPlaneUnit)) {
    const int code = int(tiff.number(*unit));
    unit_mm = code == 3 ? 10.0 : code == 4 ? 1.0 : code == 5 ? 0.001 : 25.4;
  }
  const double per_unit = tiff.number(*resolution);
  const double mm = per_unit > 0 ? pixels / per_unit * unit_mm : 0;
  if (!(mm > 1 && mm < 120)) return std::nullopt;
  return mm;
}

}  // namespace

TiffReader::TiffReader(Bytes bytes) : bytes_(bytes) {
  if (bytes_.size() < 8) return;
  if (bytes_[0] == 'M' && bytes_[1] == 'M') {
    big_endian_ = true;
  } else if (bytes_[0] != 'I' || bytes_[1] != 'I') {
    return;
  }
  valid_ = u16(2) == 42;
  first_ = u32(4);
}

std::uint16_t TiffReader::u16(std::uint64_t at) const {
  if (at + 2 > bytes_.size()) return 0;
  const int a = bytes_[at];
  const int b = bytes_[at + 1];
  return std::uint16_t(big_endian_ ? a << 8 | b : b << 8 | a);
}

std::uint32_t TiffReader::u32(std::uint64_t at) const {
  const std::uint32_t a = u16(at);
  const std::uint32_t b = u16(at + 2);
  return big_endian_ ? a << 16 | b : b << 16 | a;
}

std::optional<TiffReader::Entry> TiffReader::find(std::uint32_t directory,
                                                  std::uint16_t tag) const {
  if (!valid_ || directory == 0) return std::nullopt;
  const int count = u16(directory);
  for (int i = 0; i < count; ++i) {
    const std::uint64_t at = std::uint64_t(directory) + 2 + 12ULL * i;
    if (at + 12 > bytes_.size()) break;
    if (u16(at) != tag) continue;
    Entry entry{tag, u16(at + 2), u32(at + 4), 0};
    const std::uint64_t bytes = std::uint64_t(size_of_type(entry.type)) * entry.count;
    entry.value_at = bytes <= 4 ? std::uint32_t(at + 8) : u32(at + 8);
    return entry;
  }
  return std::nullopt;
}

double TiffReader::number(const Entry& entry, std::uint32_t index) const {
  if (index >= entry.count) return 0;
  const std::uint64_t at = entry.value_at + std::uint64_t(size_of_type(entry.type)) * index;
  switch (entry.type) {
    case 1: case 7: return at < bytes_.size() ? bytes_[at] : 0;
    case 3: return u16(at);
    case 4: return u32(at);
    case 9: return std::int32_t(u32(at));
    case 5: return u32(at + 4) == 0 ? 0 : double(u32(at)) / u32(at + 4);
    case 10:
      return u32(at + 4) == 0 ? 0 : double(std::int32_t(u32(at))) / std::int32_t(u32(at + 4));
    default: return 0;
  }
}

ExifData parse_exif(Bytes bytes) {
  ExifData data;
  const TiffReader tiff(bytes);
  if (!tiff.valid()) return data;
  if (const auto entry = tiff.find(tiff.first_directory(), kOrientation)) {
    const int orientation = int(tiff.number(*entry));
    if (orientation >= 1 && orientation <= 8) data.orientation = orientation;
  }
  const auto pointer = tiff.find(tiff.first_directory(), kExifDirectory);
  if (!pointer) return data;
  const auto exif = std::uint32_t(tiff.number(*pointer));
  double focal = 0;
  if (const auto entry = tiff.find(exif, kFocal35mm)) focal = tiff.number(*entry);
  if (focal <= 0) {
    const auto entry = tiff.find(exif, kFocalLength);
    const auto sensor = sensor_width_mm(tiff, exif);
    if (entry && sensor) focal = tiff.number(*entry) * 36.0 / *sensor;
  }
  // Outside of this no lens takes portraits; a wrong tag would do more harm than none.
  if (focal >= 8 && focal <= 1200) data.focal_35mm = focal;
  return data;
}

}  // namespace portrait
