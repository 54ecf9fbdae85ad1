// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/nn/safetensors.h"

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <map>
#include <string>
#include <string_view>
#include <vector>

namespace portrait {

// What stands before the data of a safetensors file. Read in one pass and kept as it comes, so that
// a hostile header costs no more memory than a small multiple of its own length; every bound is
// checked before something is kept.
inline constexpr std::uint64_t kLargestHeader = 100'000'000;  // as the reference reader
inline constexpr std::size_t kMostTensors = 200'000;
inline constexpr std::size_t kMostDimensions = 32;

struct StoredTensor {
  DType dtype = DType::kF32;
  std::vector<std::int64_t> shape;
  std::uint64_t begin = 0;  // in the data
  std::uint64_t end = 0;
};

struct SafetensorsHeader {
  std::map<std::string, std::string> metadata;
  std::map<std::string, StoredTensor> tensors;
};

// `text` is the header, `data_size` how many bytes follow it, `path` for messages.
// Throws kCorrupt saying what is wrong, where, and in which file.
SafetensorsHeader parse_safetensors_header(std::string_view text, std::uint64_t data_size,
                                           const std::filesystem::path& path);

[[noreturn]] void refuse_safetensors(const std::filesystem::path& path, const std::string& what);

}  // namespace portrait
