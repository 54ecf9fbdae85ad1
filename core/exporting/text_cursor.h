// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <charconv>
#include <cmath>
#include <string_view>

namespace portrait {

// Reads numbers and signs one after the other; blanks and line ends in front are skipped.
class TextCursor {
 public:
  explicit TextCursor(std::string_view text) : rest_(text) {}

  // False, and nothing taken, when no number stands here or one that is not finite.
  template <typename Number>
  bool number(Number& value) {
    skip_blanks();
    Number found{};
    const auto [end, problem] = std::from_chars(rest_.data(), rest_.data() + rest_.size(), found);
    if (problem != std::errc{} || !std::isfinite(float(found))) return false;
    rest_.remove_prefix(std::size_t(end - rest_.data()));
    value = found;
    return true;
  }

  bool sign(char c) {
    skip_blanks();
    if (rest_.empty() || rest_.front() != c) return false;
    rest_.remove_prefix(1);
    return true;
  }

  bool word(std::string_view expected) {
    skip_blanks();
    if (!rest_.starts_with(expected)) return false;
    rest_.remove_prefix(expected.size());
    return true;
  }

  bool at_end() {
    skip_blanks();
    return rest_.empty();
  }

 private:
  void skip_blanks() {
    const std::size_t next = rest_.find_first_not_of(" \t\r\n");
    rest_.remove_prefix(next == std::string_view::npos ? rest_.size() : next);
  }

  std::string_view rest_;
};

}  // namespace portrait
