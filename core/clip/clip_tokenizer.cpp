// SPDX-License-Identifier: Apache-2.0
#include "core/clip/clip_tokenizer.h"

#include "core/base/error.h"
#include "core/base/files.h"
#include "core/clip/clip_words.h"

#include <nlohmann/json.hpp>

#include <algorithm>
#include <array>
#include <limits>
#include <utility>

namespace portrait {
namespace {

constexpr std::string_view kWordEnd = "</w>";
constexpr int kMostTokens = 1 << 24;

// The files write a byte as a sign that is printed: itself where it is such a one in Latin-1, else
// the next from U+0100 on.
std::array<std::string, 256> signs_of_bytes() {
  std::array<std::string, 256> signs;
  int next = 0x100;
  for (int byte = 0; byte < 256; ++byte) {
    const bool printed = (byte >= '!' && byte <= '~') || (byte >= 0xA1 && byte != 0xAD);
    const int sign = printed ? byte : next++;
    std::string& utf8 = signs[static_cast<std::size_t>(byte)];
    if (sign < 0x80) {
      utf8 = {static_cast<char>(sign)};
    } else {
      utf8 = {static_cast<char>(0xC0 | (sign >> 6)), static_cast<char>(0x80 | (sign & 0x3F))};
    }
  }
  return signs;
}

// A line without what a text editor leaves behind it.
std::string_view trimmed(std::string_view line) {
  while (!line.empty() && (line.back() == '\r' || line.back() == ' ')) line.remove_suffix(1);
  return line;
}

}  // namespace

ClipTokenizer ClipTokenizer::load(const std::filesystem::path& vocab,
                                  const std::filesystem::path& merges) {
  ClipTokenizer tokenizer;
  tokenizer.read_vocabulary(vocab);
  tokenizer.read_merges(merges);
  return tokenizer;
}

void ClipTokenizer::read_vocabulary(const std::filesystem::path& path) {
  const auto json = nlohmann::json::parse(read_text_file(path), nullptr, false);
  check(json.is_object(), ErrorCode::kCorrupt,
        "\"{}\" is no JSON object of tokens and their numbers; a vocab.json of CLIP is expected",
        path.string());
  for (const auto& [token, id] : json.items()) {
    check(id.is_number_integer() && id >= 0 && id < kMostTokens, ErrorCode::kCorrupt,
          "\"{}\" has {} as the number of \"{}\"; a whole number from 0 on is expected",
          path.string(), id.dump(), token);
    ids_[token] = id.get<int>();
    size_ = std::max(size_, id.get<int>() + 1);
  }
  for (const auto& [token, id] : {std::pair{kClipStart, &start_}, std::pair{kClipEnd, &end_}}) {
    const auto found = ids_.find(std::string(token));
    check(found != ids_.end(), ErrorCode::kCorrupt,
          "\"{}\" has no token \"{}\"; a vocab.json of CLIP is expected", path.string(), token);
    *id = found->second;
  }
}

void ClipTokenizer::read_merges(const std::filesystem::path& path) {
  const std::string text = read_text_file(path);
  int number = 0;
  for (std::size_t begin = 0; begin < text.size(); ++number) {
    const std::size_t end = std::min(text.find('\n', begin), text.size());
    const std::string_view line = trimmed(std::string_view(text).substr(begin, end - begin));
    begin = end + 1;
    if (line.empty() || (number == 0 && line.starts_with("#version"))) continue;
    const std::size_t space = line.find(' ');
    check(space != std::string_view::npos && space > 0 && line.find(' ', space + 1) == line.npos,
          ErrorCode::kCorrupt, "\"{}\", line {}: \"{}\" is not two parts with a space between",
          path.string(), number + 1, line);
    std::string joined(line);
    joined.erase(space, 1);
    check(ids_.count(joined) != 0, ErrorCode::kCorrupt,
          "\"{}\", line {}: the vocabulary has no \"{}\"; the two files do not belong together",
          path.string(), number + 1, joined);
    ranks_.emplace(line, static_cast<int>(ranks_.size()));  // the first of two alike counts
  }
}

std::vector<std::string> ClipTokenizer::pieces(std::string_view word) const {
  static const std::array<std::string, 256> signs = signs_of_bytes();
  std::vector<std::string> parts;
  for (const char byte : word) parts.push_back(signs[static_cast<unsigned char>(byte)]);
  parts.back() += kWordEnd;
  while (parts.size() > 1) {
    int best = std::numeric_limits<int>::max();
    std::size_t where = 0;
    for (std::size_t i = 0; i + 1 < parts.size(); ++i) {
      const auto found = ranks_.find(parts[i] + ' ' + parts[i + 1]);
      if (found != ranks_.end() && found->second < best) {
        best = found->second;
        where = i;
      }
    }
    if (best == std::numeric_limits<int>::max()) break;
    // Everywhere at once, from the left.
    const std::string first = parts[where];
    const std::string second = parts[where + 1];
    std::vector<std::string> joined;
    for (std::size_t i = 0; i < parts.size(); ++i) {
      if (i + 1 < parts.size() && parts[i] == first && parts[i + 1] == second) {
        joined.push_back(first + second);
        ++i;
      } else {
        joined.push_back(std::move(parts[i]));
      }
    }
    parts = std::move(joined);
  }
  return parts;
}

std::vector<int> ClipTokenizer::tokens(std::string_view text) const {
  check(text.size() <= kMostBytes, ErrorCode::kBadInput,
        "The text has {} bytes; a prompt has {} at most", text.size(), kMostBytes);
  std::vector<int> all;
  for (const std::string& word : clip_words(text)) {
    if (word == kClipStart || word == kClipEnd) {
      all.push_back(word == kClipStart ? start_ : end_);
      continue;
    }
    for (const std::string& piece : pieces(word)) {
      const auto found = ids_.find(piece);
      all.push_back(found != ids_.end() ? found->second : end_);
    }
  }
  return all;
}

std::vector<int> ClipTokenizer::encode(std::string_view text, int length) const {
  check(length >= 2, ErrorCode::kInternal, "A prompt was to be encoded as {} tokens", length);
  std::vector<int> all = tokens(text);
  all.insert(all.begin(), start_);
  all.resize(std::min(all.size(), static_cast<std::size_t>(length) - 1));
  all.resize(static_cast<std::size_t>(length), end_);
  return all;
}

bool ClipTokenizer::truncates(std::string_view text, int length) const {
  return tokens(text).size() + 2 > static_cast<std::size_t>(length);
}

}  // namespace portrait
