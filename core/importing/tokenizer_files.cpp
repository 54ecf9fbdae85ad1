// SPDX-License-Identifier: Apache-2.0
#include "core/importing/tokenizer_files.h"

#include "core/base/error.h"
#include "core/base/files.h"
#include "core/nn/bounded_json.h"

#include <algorithm>
#include <span>
#include <string>
#include <system_error>

namespace portrait {
namespace fs = std::filesystem;
namespace {

constexpr const char* kFolder = "tokenizer";
constexpr const char* kVocab = "vocab.json";
constexpr const char* kMerges = "merges.txt";

// Two parts of a word on a line; lines that start with # are of the file's head.
bool has_merges(const std::string& text) {
  std::size_t start = 0;
  while (start < text.size()) {
    const std::size_t end = std::min(text.find('\n', start), text.size());
    const std::string line = text.substr(start, end - start);
    if (!line.empty() && line.find(' ') != std::string::npos && !line.starts_with("#version")) {
      return true;
    }
    start = end + 1;
  }
  return false;
}

}  // namespace

TokenizerFiles find_tokenizer(const fs::path& folder, std::int64_t tokens) {
  const TokenizerFiles files{folder / kVocab, folder / kMerges};
  std::error_code ignored;
  for (const fs::path& file : {files.vocab, files.merges}) {
    check(fs::is_regular_file(file, ignored), ErrorCode::kNotFound,
          "The tokenizer \"{}\" has no {}; download vocab.json and merges.txt of the model",
          folder.string(), file.filename().string());
  }
  const nlohmann::json vocab = read_json_file(files.vocab);
  check(vocab.is_object() && !vocab.empty(), ErrorCode::kCorrupt,
        "\"{}\" is no JSON object of tokens; get it again", files.vocab.string());
  for (const auto& [token, number] : vocab.items()) {
    check(number.is_number_unsigned() && number.get<std::uint64_t>() < std::uint64_t(tokens),
          ErrorCode::kCorrupt,
          "\"{}\" gives the token {} the number {}, and the text encoder knows 0 to {}; take "
          "tokenizer and text encoder of one model",
          files.vocab.string(), nlohmann::json(token).dump(-1, ' ', true),
          number.dump(-1, ' ', true), tokens - 1);
  }
  check(has_merges(read_text_file(files.merges)), ErrorCode::kCorrupt,
        "\"{}\" has no merges, two parts of a word on each line; get it again",
        files.merges.string());
  return files;
}

nlohmann::json copy_tokenizer(const TokenizerFiles& files, const fs::path& pack) {
  require_writable_folder(pack / kFolder);
  const auto copy = [&](const fs::path& from, const char* name) {
    const std::string text = read_text_file(from);
    write_text_file(pack / kFolder / name, text);
    return sha256_hex(std::as_bytes(std::span(text)));
  };
  const std::string vocab = copy(files.vocab, kVocab);
  const std::string merges = copy(files.merges, kMerges);
  const std::string folder = kFolder;
  return {{"vocab", folder + "/" + kVocab},
          {"merges", folder + "/" + kMerges},
          {"sha256", {{"vocab", vocab}, {"merges", merges}}}};
}

}  // namespace portrait
