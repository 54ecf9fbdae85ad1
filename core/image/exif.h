// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <optional>
#include <span>

namespace portrait {

using Bytes = std::span<const std::uint8_t>;

// The little that we use of EXIF 2.32.
struct ExifData {
  int orientation = 1;               // 1 to 8
  std::optional<double> focal_35mm;  // tag 0xA405, else derived from 0x920A and the sensor's size
};

// From a TIFF stream (what follows "Exif\0\0" in a JPEG, an eXIf chunk, a whole TIFF file).
// Anything damaged is ignored: metadata must never cost the photo.
ExifData parse_exif(Bytes tiff);

// Reader of one TIFF directory; out-of-range reads give 0.
class TiffReader {
 public:
  explicit TiffReader(Bytes bytes);
  bool valid() const { return valid_; }
  std::uint32_t first_directory() const { return first_; }

  struct Entry {
    std::uint16_t tag = 0;
    std::uint16_t type = 0;
    std::uint32_t count = 0;
    std::uint32_t value_at = 0;  // offset of the values, inline or not
  };
  std::optional<Entry> find(std::uint32_t directory, std::uint16_t tag) const;
  double number(const Entry& entry, std::uint32_t index = 0) const;
  std::uint16_t u16(std::uint64_t at) const;
  std::uint32_t u32(std::uint64_t at) const;

 private:
  Bytes bytes_;
  bool big_endian_ = false;
  bool valid_ = false;
  std::uint32_t first_ = 0;
};

}  // namespace portrait
