// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/base/files.h"
#include "core/nn/torch_safetensors.h"

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include <algorithm>
#include <filesystem>
#include <string>
#include <vector>

namespace portrait {

inline constexpr const char* kDiffusersStem = "diffusion_pytorch_model";

// A network as diffusers saves it: FOLDER/config.json and FOLDER/STEM[.VARIANT].safetensors.
inline void write_component(const std::filesystem::path& folder, const TensorMap& tensors,
                            const nlohmann::json& config, at::ScalarType type = at::kFloat,
                            const std::string& stem = kDiffusersStem) {
  std::filesystem::create_directories(folder);
  write_text_file(folder / "config.json", config.dump(2));
  save_tensors(folder / (stem + ".safetensors"), tensors, {{"format", "pt"}}, type);
}

// The same in `count` pieces with their index.
inline void write_shards(const std::filesystem::path& folder, const TensorMap& tensors,
                         const nlohmann::json& config, int count) {
  std::filesystem::create_directories(folder);
  write_text_file(folder / "config.json", config.dump(2));
  std::vector<TensorMap> parts{std::size_t(count)};
  nlohmann::json index = {{"metadata", {{"total_size", 1}}}};
  const auto name = [&](std::size_t part) {
    return fmt::format("{}-{:05}-of-{:05}.safetensors", kDiffusersStem, part + 1, count);
  };
  std::size_t next = 0;
  for (const auto& [key, tensor] : tensors) {
    const std::size_t part = next++ * std::size_t(count) / tensors.size();
    parts[part][key] = tensor;
    index["weight_map"][key] = name(part);
  }
  for (std::size_t i = 0; i < parts.size(); ++i) save_tensors(folder / name(i), parts[i]);
  write_text_file(folder / (std::string(kDiffusersStem) + ".safetensors.index.json"), index.dump());
}

// Names and sizes of all that a folder holds, hidden files and folders too.
inline std::vector<std::string> listing(const std::filesystem::path& folder) {
  std::vector<std::string> names;
  for (const auto& entry : std::filesystem::recursive_directory_iterator(folder)) {
    names.push_back(std::filesystem::relative(entry.path(), folder).string());
  }
  std::sort(names.begin(), names.end());
  return names;
}

}  // namespace portrait
