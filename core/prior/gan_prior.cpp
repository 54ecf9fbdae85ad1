// SPDX-License-Identifier: Apache-2.0
#include "core/prior/gan_prior.h"

#include "core/nn/check_shape.h"
#include "core/nn/parameters.h"
#include "core/prior/photo_lift.h"
#include "core/prior/plane_encoder.h"

#include <nlohmann/json.hpp>

namespace portrait {

GanPrior::GanPrior(std::unique_ptr<PlaneEncoder> encoder, Decoder decoder, SuperResolution sr,
                   at::Device device)
    : encoder_(std::move(encoder)),
      decoder_(std::move(decoder)),
      sr_(std::move(sr)),
      device_(device) {}
GanPrior::~GanPrior() = default;
GanPrior::GanPrior(GanPrior&&) noexcept = default;
GanPrior& GanPrior::operator=(GanPrior&&) noexcept = default;

GanPrior GanPrior::load(const ModelPack& pack, at::Device device) {
  const PackNetwork& network = pack.network("prior");
  return load(with_all_inputs(load_tensors(*network.weights, at::kFloat, device),
                              plane_encoder_config(network.config)),
              network.config, device);
}

GanPrior GanPrior::load(const TensorMap& tensors, const nlohmann::json& config,
                        at::Device device) {
  Parameters parameters = Parameters::bound(tensors, "encoder.");
  auto encoder = std::make_unique<PlaneEncoder>(parameters, plane_encoder_config(config));
  parameters.require_all_used();
  return GanPrior(std::move(encoder), Decoder::load(tensors), SuperResolution::load(tensors),
                  device);
}

Field GanPrior::infer(const Tensor& crop, const Tensor& matte, const Camera& camera) const {
  const at::NoGradGuard no_grad;
  check_shape(crop, {3, -1, -1}, "crop");
  check_shape(matte, {1, crop.size(1), crop.size(2)}, "matte");
  const int size = PlaneEncoder::kPhotoSize;
  const auto fitted = [&](const Tensor& image) {
    return at::_upsample_bilinear2d_aa(image.unsqueeze(0).to(device_), {size, size}, false);
  };
  Field field;
  field.planes =
      (*encoder_)(fitted(crop), fitted(matte), camera_tensor(camera).unsqueeze(0).to(device_))
          .squeeze(0)
          .contiguous();
  field.decoder = decoder_.clone();
  field.sr = sr_.clone();
  field.frame = FieldFrame::own(encoder_->config().depth_slices);
  return field;
}

}  // namespace portrait
