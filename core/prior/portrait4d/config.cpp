// SPDX-License-Identifier: Apache-2.0
#include "core/nn/torch.h"

#include "core/prior/portrait4d/config.h"

#include "core/base/error.h"

#include <nlohmann/json.hpp>

#include <string>

namespace portrait {
namespace {

// Photo to tokens of the canonical transformer: strides of stem, pooling, stage 2 and embedding.
constexpr int kReduction = 16;

void require(bool sound, const std::string& key) {
  check(
      sound, ErrorCode::kCorrupt,
      "The Portrait4D network's configuration has no sound \"{}\"; leave it out for the published "
      "size",
      key);
}

int positive(const nlohmann::json& value, const char* key) {
  require(value.is_number_integer() && value.get<int>() > 0, key);
  return value.get<int>();
}

struct Entry {
  const char* key;
  int Portrait4DConfig::*value;
};
constexpr Entry kEntries[] = {
    {"image", &Portrait4DConfig::image},
    {"planes", &Portrait4DConfig::planes},
    {"global_width", &Portrait4DConfig::global_width},
    {"context_width", &Portrait4DConfig::context_width},
    {"detail_width", &Portrait4DConfig::detail_width},
    {"token_width", &Portrait4DConfig::token_width},
    {"neutral_blocks", &Portrait4DConfig::neutral_blocks},
    {"motion_blocks", &Portrait4DConfig::motion_blocks},
    {"canonical_heads", &Portrait4DConfig::canonical_heads},
    {"canonical_width", &Portrait4DConfig::canonical_width},
    {"generator_width", &Portrait4DConfig::generator_width},
    {"generator_heads", &Portrait4DConfig::generator_heads},
};

}  // namespace

nlohmann::json to_json(const Portrait4DConfig& c) {
  nlohmann::json json = {{"architecture", "portrait4d"},
                         {"global_blocks", c.global_blocks},
                         {"sr_widths", c.sr.blocks},
                         {"latent", c.sr.latent}};
  for (const Entry& entry : kEntries) json[entry.key] = c.*entry.value;
  return json;
}

Portrait4DConfig portrait4d_config(const nlohmann::json& json) {
  Portrait4DConfig c;
  for (const Entry& entry : kEntries) {
    if (!json.contains(entry.key)) continue;
    c.*entry.value = positive(json[entry.key], entry.key);
  }
  const auto read_list = [&](const char* key, auto& list) {
    if (!json.contains(key)) return;
    const nlohmann::json& values = json[key];
    require(values.is_array() && values.size() == list.size(), key);
    for (std::size_t i = 0; i < list.size(); ++i) list[i] = positive(values[i], key);
  };
  read_list("global_blocks", c.global_blocks);
  read_list("sr_widths", c.sr.blocks);
  if (json.contains("latent")) c.sr.latent = positive(json["latent"], "latent");
  require(c.image % kReduction == 0, "image");
  if (!json.contains("planes")) c.planes = c.image / 2;
  require(c.planes == c.image / 2 || c.planes == c.image / 4, "planes");
  require(c.token_width % 4 == 0, "token_width");
  require(c.token_width % c.canonical_heads == 0, "canonical_heads");
  require(c.token_width % c.generator_heads == 0, "generator_heads");
  require(c.generator_width % 2 == 0, "generator_width");
  return c;
}

}  // namespace portrait
