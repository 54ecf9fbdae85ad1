// SPDX-License-Identifier: Apache-2.0
#include "core/importing/component_files.h"

#include "core/base/error.h"
#include "core/importing/shard_index.h"
#include "core/nn/bounded_json.h"
#include "core/nn/pickle.h"

#include <fmt/ranges.h>

#include <algorithm>
#include <system_error>

namespace portrait {
namespace fs = std::filesystem;
namespace {

constexpr const char* kExtension = ".safetensors";
constexpr const char* kIndex = ".safetensors.index.json";

bool is_file(const fs::path& path) {
  std::error_code ignored;
  return fs::is_regular_file(path, ignored);
}

std::vector<std::string> names_in(const fs::path& folder) {
  std::vector<std::string> names;
  std::error_code problem;
  for (fs::directory_iterator it(folder, problem), end; !problem && it != end;
       it.increment(problem)) {
    names.push_back(it->path().filename().string());
  }
  std::sort(names.begin(), names.end());
  return names;
}

// The index of a variant has had two names.
std::vector<fs::path> weights_of(const fs::path& folder, const std::string& stem,
                                 const std::string& variant) {
  const std::string dotted = variant.empty() ? "" : "." + variant;
  const fs::path whole = folder / (stem + dotted + kExtension);
  if (is_file(whole)) {
    refuse_pickle(whole);
    return {whole};
  }
  for (const std::string& index :
       {stem + dotted + kIndex, stem + ".safetensors.index" + dotted + ".json"}) {
    if (is_file(folder / index)) return read_shard_index(folder / index);
  }
  return {};
}

// fp16 of STEM.fp16.safetensors, and of its index.
std::vector<std::string> variants_in(const fs::path& folder, const std::string& stem) {
  std::vector<std::string> variants;
  for (const std::string& name : names_in(folder)) {
    for (const std::string& end : {std::string(kIndex), std::string(kExtension)}) {
      const std::string start = stem + ".";
      if (!name.starts_with(start) || !name.ends_with(end) ||
          name.size() <= start.size() + end.size()) {
        continue;
      }
      std::string variant = name.substr(start.size(), name.size() - start.size() - end.size());
      // Of the pieces of split weights (fp16-00001-of-00002) the index speaks.
      if (variant.find("-of-") != std::string::npos) continue;
      if (std::find(variants.begin(), variants.end(), variant) == variants.end()) {
        variants.push_back(std::move(variant));
      }
    }
  }
  return variants;
}

[[noreturn]] void fail_without_weights(const fs::path& folder, const std::string& stem,
                                       const std::string& variant) {
  std::string all;
  for (const std::string& name : names_in(folder)) {
    if (is_file(folder / name)) refuse_pickle(folder / name);
    all += (all.empty() ? "" : ", ") + name;
  }
  fail(ErrorCode::kNotFound,
       "The folder \"{}\" has no \"{}{}.safetensors\" and no index of its pieces, only: {}; "
       "download "
       "the safetensors files of the model too",
       folder.string(), stem, variant.empty() ? "" : "." + variant, all.empty() ? "nothing" : all);
}

}  // namespace

ComponentFiles find_component(const fs::path& folder, const std::string& stem,
                              const std::string& variant) {
  std::error_code ignored;
  check(fs::is_directory(folder, ignored), ErrorCode::kNotFound,
        "There is no folder \"{}\"; name one that holds config.json and weights", folder.string());
  ComponentFiles found;
  found.folder = folder;
  const fs::path config = folder / "config.json";
  check(is_file(config), ErrorCode::kNotFound,
        "The folder \"{}\" has no config.json, which says what its weights are; download it too",
        folder.string());
  found.config = read_json_file(config);
  check(found.config.is_object(), ErrorCode::kCorrupt, "\"{}\" is no JSON object; get it again",
        config.string());
  found.weights = weights_of(folder, stem, variant);
  if (found.weights.empty() && variant.empty()) {
    const std::vector<std::string> variants = variants_in(folder, stem);
    check(variants.size() < 2, ErrorCode::kBadUsage,
          "The folder \"{}\" has the weights in several variants: {}; name one with --variant",
          folder.string(), fmt::join(variants, ", "));
    if (!variants.empty()) found.weights = weights_of(folder, stem, variants.front());
  }
  if (found.weights.empty()) fail_without_weights(folder, stem, variant);
  return found;
}

void require_class(const ComponentFiles& component, const std::string& only) {
  const auto stated = component.config.find("_class_name");
  check(stated == component.config.end() || *stated == only, ErrorCode::kUnsupported,
        "\"{}\" describes a {}; a {} is expected", (component.folder / "config.json").string(),
        stated == component.config.end() ? "" : stated->dump(-1, ' ', true), only);
}

}  // namespace portrait
