// SPDX-License-Identifier: Apache-2.0
#include "core/clip/clip_words.h"

#include "core/base/error.h"

#include <utf8proc.h>

#include <array>
#include <cstdlib>
#include <memory>

namespace portrait {
namespace {

constexpr std::array<std::u32string_view, 9> kWholeWords = {
    U"<|startoftext|>", U"<|endoftext|>", U"'s", U"'t", U"'re", U"'ve", U"'m", U"'ll", U"'d"};

enum class Class { kSpace, kLetter, kDigit, kOther };

Class class_of(char32_t sign) {
  // White space among the control characters, which have no category of their own.
  if ((sign >= 0x09 && sign <= 0x0D) || sign == 0x85) return Class::kSpace;
  switch (utf8proc_category(static_cast<utf8proc_int32_t>(sign))) {
    case UTF8PROC_CATEGORY_ZS:
    case UTF8PROC_CATEGORY_ZL:
    case UTF8PROC_CATEGORY_ZP:
      return Class::kSpace;
    case UTF8PROC_CATEGORY_LU:
    case UTF8PROC_CATEGORY_LL:
    case UTF8PROC_CATEGORY_LT:
    case UTF8PROC_CATEGORY_LM:
    case UTF8PROC_CATEGORY_LO:
      return Class::kLetter;
    case UTF8PROC_CATEGORY_ND:
    case UTF8PROC_CATEGORY_NL:
    case UTF8PROC_CATEGORY_NO:
      return Class::kDigit;
    default:
      return Class::kOther;
  }
}

std::u32string decoded(const utf8proc_uint8_t* bytes, utf8proc_ssize_t count) {
  std::u32string signs;
  for (utf8proc_ssize_t at = 0; at < count;) {
    utf8proc_int32_t sign = 0;
    const utf8proc_ssize_t length = utf8proc_iterate(bytes + at, count - at, &sign);
    check(length > 0, ErrorCode::kBadInput,
          "The text is no valid UTF-8 from its byte {} on (0x{:02x}); save or type it as UTF-8", at,
          bytes[at]);
    signs.push_back(static_cast<char32_t>(sign));
    at += length;
  }
  return signs;
}

std::string encoded(std::u32string_view signs) {
  std::string bytes;
  for (const char32_t sign : signs) {
    std::array<utf8proc_uint8_t, 4> buffer{};
    const utf8proc_ssize_t length =
        utf8proc_encode_char(static_cast<utf8proc_int32_t>(sign), buffer.data());
    bytes.append(buffer.begin(), buffer.begin() + length);
  }
  return bytes;
}

std::u32string composed(std::string_view utf8) {
  const auto* bytes = reinterpret_cast<const utf8proc_uint8_t*>(utf8.data());
  const auto count = static_cast<utf8proc_ssize_t>(utf8.size());
  decoded(bytes, count);  // names the byte where the text is none
  utf8proc_uint8_t* made = nullptr;
  const utf8proc_ssize_t length = utf8proc_map(
      bytes, count, &made, static_cast<utf8proc_option_t>(UTF8PROC_STABLE | UTF8PROC_COMPOSE));
  const std::unique_ptr<utf8proc_uint8_t, decltype(&std::free)> owner(made, &std::free);
  check(length >= 0, ErrorCode::kOutOfMemory, "The text could not be composed: {}",
        utf8proc_errmsg(length));
  return decoded(made, length);
}

std::u32string lower_case(std::u32string_view signs) {
  std::u32string lower;
  for (const char32_t sign : signs) {
    if (sign == 0x130) {  // the one sign whose small form is two: i and a dot above
      lower += {U'i', 0x307};
    } else {
      lower.push_back(static_cast<char32_t>(utf8proc_tolower(static_cast<utf8proc_int32_t>(sign))));
    }
  }
  return lower;
}

// How many signs the first word of `rest` has; 0 before white space.
std::size_t first_word(std::u32string_view rest) {
  for (const std::u32string_view whole : kWholeWords) {
    if (rest.starts_with(whole)) return whole.size();
  }
  const Class first = class_of(rest.front());
  if (first == Class::kSpace) return 0;
  if (first == Class::kDigit) return 1;
  std::size_t end = 1;
  while (end < rest.size() && class_of(rest[end]) == first) ++end;
  return end;
}

}  // namespace

std::vector<std::string> clip_words(std::string_view utf8) {
  const std::u32string text = lower_case(composed(utf8));
  std::vector<std::string> words;
  std::u32string_view rest = text;
  while (!rest.empty()) {
    const std::size_t length = first_word(rest);
    if (length > 0) words.push_back(encoded(rest.substr(0, length)));
    rest.remove_prefix(length > 0 ? length : 1);
  }
  return words;
}

}  // namespace portrait
