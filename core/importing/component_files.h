// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <nlohmann/json.hpp>

#include <filesystem>
#include <string>
#include <vector>

namespace portrait {

// One network as diffusers and transformers save it: a folder with config.json and weights.
struct ComponentFiles {
  std::filesystem::path folder;
  nlohmann::json config;
  std::vector<std::filesystem::path> weights;  // one file, or the pieces that it was split into
};

// `stem`: what the weights are called, "diffusion_pytorch_model" or, of transformers, "model".
// `variant`: "fp16" takes STEM.fp16.safetensors; "" takes the plain file and else the only variant.
// Whole files go before split ones. Throws kNotFound, kCorrupt; kBadInput where there are pickles
// alone (says how to convert them).
ComponentFiles find_component(const std::filesystem::path& folder, const std::string& stem,
                              const std::string& variant);

// Throws kUnsupported when the configuration is that of another class than `only` ("_class_name").
void require_class(const ComponentFiles& component, const std::string& only);

}  // namespace portrait
