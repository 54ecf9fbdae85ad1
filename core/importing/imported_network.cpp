// SPDX-License-Identifier: Apache-2.0
#include "core/nn/torch.h"

#include "core/importing/imported_network.h"

#include "core/clip/clip_text_encoder.h"
#include "core/diffusion/autoencoder_kl.h"
#include "core/diffusion/autoencoder_names.h"
#include "core/diffusion/control_branch.h"
#include "core/diffusion/unet_2d_condition.h"
#include "core/nn/config_reader.h"
#include "core/nn/parameter_names.h"

#include <algorithm>
#include <functional>

namespace portrait {
namespace {

// What files hold beside a network's parameters.
bool is_ignored(const std::string& name) {
  return name.ends_with("position_ids") || name.ends_with("num_batches_tracked") ||
         name == "logit_scale";
}

// Newer files drop "text_model." before every name of a text encoder; the name with it.
std::string text_encoder_name(const std::string& name) {
  constexpr const char* kPrefix = "text_model.";
  return name.starts_with(kPrefix) ? name : kPrefix + name;
}

ShapeMap shapes_of(const Parameters& names) {
  ShapeMap shapes;
  for (const auto& [name, tensor] : names.named()) shapes[name] = tensor.sizes().vec();
  return shapes;
}

struct Renaming {
  std::function<std::string(const std::string&)> name = [](const std::string& own) { return own; };
  std::function<std::vector<std::int64_t>(const std::string&, const std::vector<std::int64_t>&)>
      shape = [](const std::string&, const std::vector<std::int64_t>& own) { return own; };
};

ImportedNetwork read(const std::string& id, const ComponentFiles& files, ShapeMap parameters,
                     const Renaming& renaming = {}) {
  ImportedNetwork network;
  network.id = id;
  const auto folder = std::filesystem::absolute(files.folder).lexically_normal();
  network.source = (folder.parent_path().filename() / folder.filename()).string();
  network.config = files.config;
  network.files = files.weights;
  network.parameters = std::move(parameters);
  for (const auto& path : files.weights) {
    const SafetensorsFile part(path);
    for (const auto& [name, view] : part.tensors()) {
      if (is_ignored(name)) continue;
      network.tensors.push_back(
          {renaming.name(name), renaming.shape(name, view.shape), name, view, path});
    }
  }
  check_tensors(network.tensors, network.parameters,
                "the network that \"" + (files.folder / "config.json").string() + "\" describes");
  // One object for all files, which the tensors then point into.
  network.weights = std::make_shared<const SafetensorsFile>(files.weights);
  for (ImportedTensor& tensor : network.tensors) tensor.view = network.weights->at(tensor.stored);
  return network;
}

const ImportedNetwork* find(const std::vector<ImportedNetwork>& networks, const char* id) {
  const auto found = std::find_if(networks.begin(), networks.end(),
                                  [&](const ImportedNetwork& network) { return network.id == id; });
  return found == networks.end() ? nullptr : &*found;
}

}  // namespace

std::uintmax_t ImportedNetwork::bytes() const {
  std::uintmax_t sum = 0;
  for (const ImportedTensor& tensor : tensors) sum += tensor.view.data.size();
  return sum;
}

ImportedNetwork imported_unet(const ComponentFiles& files) {
  require_class(files, "UNet2DConditionModel");
  return read("unet", files, shapes_of(names_of<UNet2DConditionModel>(unet_config(files.config))));
}

ImportedNetwork imported_vae(const ComponentFiles& files) {
  require_class(files, "AutoencoderKL");
  return read("vae", files, shapes_of(names_of<AutoencoderKL>(autoencoder_config(files.config))),
              {modern_autoencoder_name, modern_autoencoder_shape});
}

// Its input is [noisy latents, latents of the known part, mask], which is our order too.
ImportedNetwork imported_brushnet(const ComponentFiles& files) {
  require_class(files, "BrushNetModel");
  const ConfigReader reader(files.config, "BrushNet");
  reader.require_only("brushnet_conditioning_channel_order", "rgb");
  reader.require_only("global_pool_conditions", false);
  const ControlConfig config = control_config(files.config);
  reader.require(config.conditioning_channels == config.in_channels + 1, "conditioning_channels");
  return read("brushnet", files, shapes_of(names_of<ControlBranch>(config)));
}

ImportedNetwork imported_text_encoder(const ComponentFiles& files) {
  return read("text_encoder", files,
              shapes_of(names_of<ClipTextEncoder>(clip_text_config(files.config))),
              {text_encoder_name});
}

void check_together(const std::vector<ImportedNetwork>& networks) {
  const ImportedNetwork* unet = find(networks, "unet");
  if (unet == nullptr) return;
  const UNetConfig base = unet_config(unet->config);
  if (const ImportedNetwork* vae = find(networks, "vae")) {
    const int channels = autoencoder_config(vae->config).latent_channels;
    check(channels == base.in_channels, ErrorCode::kCorrupt,
          "The VAE makes latents of {} channels and the UNet takes {}; import a VAE and a UNet of "
          "one model",
          channels, base.in_channels);
  }
  if (const ImportedNetwork* text = find(networks, "text_encoder")) {
    const auto width = text->parameters.at("text_model.final_layer_norm.weight").front();
    check(
        width == base.attention.cross_attention_dim, ErrorCode::kCorrupt,
        "The text encoder makes tokens of {} numbers and the UNet takes {}; import a text encoder "
        "and a UNet of one model",
        width, base.attention.cross_attention_dim);
  }
  if (const ImportedNetwork* branch = find(networks, "brushnet")) {
    const ControlConfig control = control_config(branch->config);
    check(control.in_channels == base.in_channels &&
              control.sizes.block_out_channels == base.sizes.block_out_channels &&
              control.sizes.layers_per_block == base.sizes.layers_per_block,
          ErrorCode::kCorrupt,
          "The BrushNet is not of the UNet's sizes (block_out_channels, layers_per_block, "
          "in_channels), so it cannot steer it; import one that was made for this UNet");
  }
}

}  // namespace portrait
