// SPDX-License-Identifier: Apache-2.0
#include "core/nn/torch.h"

#include "core/guidance/detail_painter.h"

#include "core/nn/check_shape.h"
#include "core/nn/model_pack.h"

#include <utility>
#include <vector>

namespace portrait {

bool DetailPainter::installed(const ModelPack& pack) {
  return ViewDiffusion::installed(pack) && has_hpdm(pack);
}

std::shared_ptr<const DetailPainter> DetailPainter::load(const ModelPack& pack) {
  return std::make_shared<const DetailPainter>(ViewDiffusion::load(pack), load_hpdm(pack));
}

DetailPainter::DetailPainter(std::shared_ptr<const ViewDiffusion> base,
                             std::shared_ptr<const Hpdm> hpdm)
    : base_(std::move(base)), hpdm_(std::move(hpdm)) {}

HpdmView DetailPainter::view(const HpdmPictures& pictures, const PaintOptions& options) const {
  HpdmInputOptions inputs;
  inputs.background = options.background;
  HpdmView view = encode_hpdm_view(base_->vae(), hpdm_->config(), {pictures}, inputs);
  // The render's latents are noised, whether or not the geometry prior reads them.
  if (!view.coarse.defined()) view.coarse = base_->latents(pictures.render).unsqueeze(0);
  return view;
}

Tensor DetailPainter::denoised(const HpdmView& of, const Conditioning& conditioning,
                               const Viewpoint& where, const Tensor& noise,
                               const PaintOptions& options) const {
  const at::NoGradGuard no_grad;
  check_shape(noise, {of.coarse.size(1), of.coarse.size(2), of.coarse.size(3)}, "noise of a view");
  const Tensor told = hpdm_->conditioning(of, options.weights);
  const NoisePredictor predict = base_->predictor(
      conditioning, where, options.guidance, [&](const Tensor& noisy, const Tensor& t) {
        return (*hpdm_)(noisy, t, of, told, options.weights);
      });
  const NoiseSchedule& schedule = base_->schedule();
  const Tensor noisy =
      schedule.add_noise(of.coarse, noise.unsqueeze(0), at::full({1}, options.t, at::kLong));
  return denoise_from(schedule, noisy, options.t, options.denoise_steps, predict)[0].contiguous();
}

Painted DetailPainter::paint(const HpdmView& of, const Conditioning& conditioning,
                             const Viewpoint& where, const Tensor& noise,
                             const PaintOptions& options) const {
  const at::NoGradGuard no_grad;
  const Tensor clean = denoised(of, conditioning, where, noise, options);
  const int left = options.texture ? base_->vae().config().texture_timestep : 0;
  const Tensor decoded =
      left > 0 ? base_->schedule().add_noise(clean, noise, at::full({1}, left, at::kLong)) : clean;
  return {base_->picture(decoded), clean};
}

}  // namespace portrait
