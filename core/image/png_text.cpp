// SPDX-License-Identifier: Apache-2.0
// Written here because OpenCV writes no text keys.
#include "core/image/png_text.h"

#include "core/base/error.h"

#include <array>
#include <cstdint>
#include <string_view>

namespace portrait {
namespace {

constexpr std::string_view kSignature("\x89PNG\r\n\x1a\n", 8);
constexpr std::size_t kHeader = 8 + 25;  // signature and IHDR, which is always the first chunk
constexpr std::size_t kLongestKey = 79;

std::uint32_t crc32(std::string_view bytes) {
  static const auto kTable = [] {
    std::array<std::uint32_t, 256> table{};
    for (std::uint32_t n = 0; n < 256; ++n) {
      std::uint32_t c = n;
      for (int bit = 0; bit < 8; ++bit) c = c & 1U ? 0xedb88320U ^ c >> 1U : c >> 1U;
      table[n] = c;
    }
    return table;
  }();
  std::uint32_t crc = 0xffffffffU;
  for (const char byte : bytes) {
    crc = kTable[(crc ^ static_cast<unsigned char>(byte)) & 0xffU] ^ crc >> 8U;
  }
  return ~crc;
}

std::string big_endian(std::uint32_t value) {
  std::string bytes;
  for (int shift = 24; shift >= 0; shift -= 8) bytes += static_cast<char>(value >> shift & 0xffU);
  return bytes;
}

std::uint32_t number_at(std::string_view bytes, std::size_t at) {
  std::uint32_t value = 0;
  for (std::size_t i = 0; i < 4; ++i) {
    value = value << 8U | static_cast<unsigned char>(bytes[at + i]);
  }
  return value;
}

bool is_png(std::string_view bytes) {
  return bytes.size() > kHeader && bytes.substr(0, kSignature.size()) == kSignature;
}

// Behind the next 0 of what is left; npos: there is none.
std::size_t behind_zero(std::string_view content, std::size_t from) {
  const std::size_t zero = content.find('\0', from);
  return zero == std::string_view::npos ? zero : zero + 1;
}

}  // namespace

std::string with_png_text(const std::string& png, const PngText& text) {
  check(is_png(png), ErrorCode::kInternal, "Text keys were given for what is no PNG");
  std::string chunks;
  for (const auto& [key, value] : text) {
    check(!key.empty() && key.size() <= kLongestKey, ErrorCode::kInternal,
          "A PNG's key has 1 to {} characters; \"{}\" has not", kLongestKey, key);
    const std::string content = key + '\0' + value;
    const std::string chunk = "tEXt" + content;
    chunks +=
        big_endian(static_cast<std::uint32_t>(content.size())) + chunk + big_endian(crc32(chunk));
  }
  return png.substr(0, kHeader) + chunks + png.substr(kHeader);
}

PngText png_text(const std::string& bytes) {
  PngText text;
  if (!is_png(bytes)) return text;
  const std::string_view all(bytes);
  std::size_t at = kSignature.size();
  while (at + 12 <= all.size()) {
    const std::size_t length = number_at(all, at);
    if (length > all.size() - at - 12) break;
    const std::string_view type = all.substr(at + 4, 4);
    const std::string_view content = all.substr(at + 8, length);
    at += 12 + length;
    const std::size_t value = behind_zero(content, 0);
    if (value == std::string_view::npos) continue;
    const std::string key(content.substr(0, value - 1));
    if (type == "tEXt") text[key] = content.substr(value);
    if (type != "iTXt" || content.size() < value + 2 || content[value] != '\0') continue;
    // Behind the flag and the method of compression: language, translated key, text.
    const std::size_t translated = behind_zero(content, value + 2);
    if (translated == std::string_view::npos) continue;
    const std::size_t words = behind_zero(content, translated);
    if (words != std::string_view::npos) text[key] = content.substr(words);
  }
  return text;
}

}  // namespace portrait
