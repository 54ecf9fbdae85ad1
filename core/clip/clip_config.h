// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <nlohmann/json_fwd.hpp>

namespace portrait {

// Sizes of one of CLIP's two towers, under the names of transformers' config.json. The defaults
// are transformers' too.
struct ClipTowerSizes {
  int hidden_size = 512;
  int intermediate_size = 2048;
  int num_hidden_layers = 12;
  int num_attention_heads = 8;
  bool quick_gelu = true;  // "hidden_act": x sigmoid(1.702 x), or the Gaussian's own "gelu"
  double layer_norm_eps = 1e-5;
};

struct ClipTextConfig {
  ClipTowerSizes sizes;
  int vocab_size = 49408;
  int max_position_embeddings = 77;
  // Of text_projection; 0: there is none. A file's tensors tell, not its configuration: that of
  // Stable Diffusion's text encoder names a projection that its file has not.
  int projection_dim = 0;
};

struct ClipVisionConfig {
  ClipTowerSizes sizes = {768, 3072, 12, 12, true, 1e-5};
  int image_size = 224;
  int patch_size = 32;
  int projection_dim = 512;

  // Patches of a picture, and one for the whole.
  int tokens() const { return (image_size / patch_size) * (image_size / patch_size) + 1; }
};

// CLIP ViT-L/14: its text tower is Stable Diffusion 1.5's text encoder.
ClipTextConfig clip_l14_text();
ClipVisionConfig clip_l14_vision();

nlohmann::json to_json(const ClipTextConfig& config);
nlohmann::json to_json(const ClipVisionConfig& config);
// Of a tower's own configuration, or of a whole CLIPModel's with "text_config" and
// "vision_config". Absent keys take the defaults; other keys are ignored. Throw kCorrupt naming the
// key whose value makes no network (not positive, heads that do not divide the width, a picture of
// no whole number of patches); kUnsupported: another activation.
ClipTextConfig clip_text_config(const nlohmann::json& json);
ClipVisionConfig clip_vision_config(const nlohmann::json& json);

}  // namespace portrait
