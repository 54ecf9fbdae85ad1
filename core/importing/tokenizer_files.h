// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <nlohmann/json.hpp>

#include <cstdint>
#include <filesystem>

namespace portrait {

// Byte-pair encoding of CLIP's text encoder: vocab.json and merges.txt of a folder.
struct TokenizerFiles {
  std::filesystem::path vocab;
  std::filesystem::path merges;
};

// `tokens`: how many the text encoder knows. Throws kNotFound; kCorrupt when the vocabulary is no
// object of numbers below that, or there are no merges.
TokenizerFiles find_tokenizer(const std::filesystem::path& folder, std::int64_t tokens);

// Copies them into PACK/tokenizer; what pack.json says of them under "tokenizer". Throws kIo.
nlohmann::json copy_tokenizer(const TokenizerFiles& files, const std::filesystem::path& pack);

}  // namespace portrait
