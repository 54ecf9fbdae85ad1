// SPDX-License-Identifier: Apache-2.0
#include "core/nn/torch.h"

#include "core/prior/plane_encoder_prior.h"

#include "core/nn/parameters.h"
#include "core/prior/photo_lift.h"
#include "core/prior/plane_encoder.h"

#include <nlohmann/json.hpp>

#include <utility>

namespace portrait {
namespace {

class PlaneEncoderPrior : public HeadPrior {
 public:
  PlaneEncoderPrior(Parameters parameters, const TensorMap& tensors, const nlohmann::json& config,
                    at::Device device)
      : encoder_(parameters, plane_encoder_config(config)),
        decoder_(Decoder::load(tensors)),
        sr_(SuperResolution::load(tensors)),
        device_(device) {
    parameters.require_all_used();
  }

  Field infer(const PriorInput& input) const override {
    const int size = PlaneEncoder::kPhotoSize;
    const auto fitted = [&](const Tensor& image) {
      return at::_upsample_bilinear2d_aa(image.unsqueeze(0).to(device_), {size, size}, false);
    };
    Field field;
    field.planes = encoder_(fitted(input.crop), fitted(input.matte),
                            camera_tensor(input.camera).unsqueeze(0).to(device_))
                       .squeeze(0)
                       .contiguous();
    field.decoder = decoder_.clone();
    field.sr = sr_.clone();
    field.frame = FieldFrame::own(encoder_.config().depth_slices);
    return field;
  }

 private:
  PlaneEncoder encoder_;
  Decoder decoder_;
  SuperResolution sr_;
  at::Device device_;
};

}  // namespace

std::unique_ptr<HeadPrior> load_plane_encoder_prior(const PackNetwork& network, at::Device device) {
  return load_plane_encoder_prior(
      with_all_inputs(load_tensors(*network.weights, at::kFloat, device),
                      plane_encoder_config(network.config)),
      network.config, device);
}

std::unique_ptr<HeadPrior> load_plane_encoder_prior(const TensorMap& tensors,
                                                    const nlohmann::json& config,
                                                    at::Device device) {
  return std::make_unique<PlaneEncoderPrior>(Parameters::bound(tensors, "encoder."), tensors,
                                             config, device);
}

}  // namespace portrait
