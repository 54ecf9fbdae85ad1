// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <filesystem>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

namespace portrait {

// The tokenizer of CLIP (Radford et al., ICML 2021): the words of core/clip/clip_words.h, each as
// the bytes of its UTF-8 with the word's end marked on the last, joined pair by pair in the order
// of a list of merges (Sennrich et al., ACL 2016). In the published vocabulary of 49,408 the start
// is 49406 and the end, which pads too, 49407; smaller ones work alike. What a vocabulary lacks
// (published ones have every byte) counts as the end, as in transformers.
class ClipTokenizer {
 public:
  static constexpr int kLength = 77;  // of CLIP's text tower
  static constexpr std::size_t kMostBytes = 8192;

  // vocab.json: {"token": id, ...}, with "<|startoftext|>" and "<|endoftext|>"; merges.txt: two
  // parts a line, best first, "#version..." at most before them.
  // Throws kNotFound, kCorrupt naming file and line or token.
  static ClipTokenizer load(const std::filesystem::path& vocab,
                            const std::filesystem::path& merges);

  // Of a UTF-8 text, without start and end. Throws kBadInput: no valid UTF-8, or too long a text to
  // be a prompt (kMostBytes).
  std::vector<int> tokens(std::string_view text) const;
  // Exactly `length` (2 or more): start, tokens, end, then ends; tokens that do not fit are left
  // out. Throws as tokens().
  std::vector<int> encode(std::string_view text, int length = kLength) const;
  // Whether encode() leaves tokens out.
  bool truncates(std::string_view text, int length = kLength) const;

  int start() const { return start_; }
  int end() const { return end_; }
  int size() const { return size_; }  // highest id + 1: what an embedding must have rows for

 private:
  ClipTokenizer() = default;
  void read_vocabulary(const std::filesystem::path& path);
  void read_merges(const std::filesystem::path& path);
  std::vector<std::string> pieces(std::string_view word) const;

  std::unordered_map<std::string, int> ids_;
  std::unordered_map<std::string, int> ranks_;  // of "first second"
  int start_ = 0;
  int end_ = 0;
  int size_ = 0;
};

}  // namespace portrait
