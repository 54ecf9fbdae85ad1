// SPDX-License-Identifier: Apache-2.0
#include "core/nn/torch.h"

#include "core/prior/gan_prior.h"

#include "core/base/error.h"
#include "core/nn/check_shape.h"
#include "core/prior/plane_encoder_prior.h"
#include "core/prior/portrait4d/portrait4d_prior.h"
#include "core/prior/script_prior.h"

#include <nlohmann/json.hpp>

#include <string>

namespace portrait {
namespace {

std::string architecture_of(const nlohmann::json& config) {
  const auto found = config.find("architecture");
  if (found == config.end()) return "plane_encoder";
  check(found->is_string(), ErrorCode::kCorrupt,
        "The prior's \"architecture\" is not a word but {}; it says what network the file holds",
        found->dump());
  return found->get<std::string>();
}

[[noreturn]] void refuse(const std::string& architecture) {
  fail(ErrorCode::kUnsupported,
       "The prior is of the architecture \"{}\"; this version has plane_encoder, portrait4d "
       "and torchscript (of a pack)",
       architecture);
}

}  // namespace

GanPrior GanPrior::load(const ModelPack& pack, at::Device device) {
  const PackNetwork& network = pack.network("prior");
  const std::string architecture = architecture_of(network.config);
  if (architecture == "plane_encoder") return GanPrior(load_plane_encoder_prior(network, device));
  if (architecture == "portrait4d") return GanPrior(load_portrait4d(network, device));
  if (architecture == "torchscript") return GanPrior(load_script_prior(pack, network, device));
  refuse(architecture);
}

GanPrior GanPrior::load(const TensorMap& tensors, const nlohmann::json& config,
                        at::Device device) {
  const std::string architecture = architecture_of(config);
  if (architecture == "plane_encoder") {
    return GanPrior(load_plane_encoder_prior(tensors, config, device));
  }
  if (architecture == "portrait4d") return GanPrior(load_portrait4d(tensors, config, device));
  refuse(architecture);
}

Field GanPrior::infer(const PriorInput& input) const {
  const at::NoGradGuard no_grad;
  check_shape(input.crop, {3, -1, -1}, "crop");
  check_shape(input.matte, {1, input.crop.size(1), input.crop.size(2)}, "matte");
  return prior_->infer(input);
}

}  // namespace portrait
