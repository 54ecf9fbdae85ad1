// SPDX-License-Identifier: Apache-2.0
#include "core/nn/torch.h"

#include "core/diffusion/hpdm.h"
#include "core/nn/model_pack.h"

#include <string>
#include <utility>
#include <vector>

namespace portrait {
namespace {

constexpr std::string_view kExplicit = "explicit.";

// BrushNet's tensors under the names that Hpdm has for its Explicit-Branch.
class ExplicitReader : public TensorReader {
 public:
  explicit ExplicitReader(std::shared_ptr<const TensorReader> brushnet)
      : brushnet_(std::move(brushnet)) {}

  std::vector<std::string> names() const override {
    std::vector<std::string> names = brushnet_->names();
    for (std::string& name : names) name.insert(0, kExplicit);
    return names;
  }
  bool has(const std::string& name) const override {
    return name.starts_with(kExplicit) && brushnet_->has(name.substr(kExplicit.size()));
  }
  Tensor read(const std::string& name) const override {
    return brushnet_->read(name.substr(kExplicit.size()));
  }

 private:
  std::shared_ptr<const TensorReader> brushnet_;
};

}  // namespace

bool has_hpdm(const ModelPack& pack) { return pack.has("hpdm") || pack.has("brushnet"); }

const PackNetwork& hpdm_network(const ModelPack& pack) {
  const bool bare = !pack.has("hpdm") && pack.has("brushnet");
  return pack.network(bare ? "brushnet" : "hpdm");  // says that "hpdm" is missing without either
}

HpdmConfig pack_hpdm(const ModelPack& pack) {
  const PackNetwork& network = hpdm_network(pack);
  if (network.id == "hpdm") return hpdm_config(network.config);
  HpdmConfig config;
  config.control = control_config(network.config);
  config.geometry_prior = false;
  config.implicit = false;
  return config;
}

std::shared_ptr<const Hpdm> load_hpdm(const ModelPack& pack, PrecisionChoice choice) {
  const HpdmConfig config = pack_hpdm(pack);
  const PackNetwork& network = hpdm_network(pack);
  const Precision precision = precision_of(network, choice);
  std::shared_ptr<const TensorReader> reader = reader_of(network.weights, precision.weights);
  if (network.id != "hpdm") reader = std::make_shared<const ExplicitReader>(std::move(reader));
  return network_of<Hpdm>(Parameters::streamed(std::move(reader), precision.arithmetic), config);
}

}  // namespace portrait
