// SPDX-License-Identifier: Apache-2.0
#include "core/nn/torch.h"

#include "core/pipeline/image_tensor.h"
#include "core/pipeline/pipeline.h"
#include "core/prior/gan_prior.h"

namespace portrait {

Field first_head(const GanPrior& prior, const PhotoInput& photo) {
  const at::NoGradGuard no_grad;
  // The prior was trained on photos over mid-grey, whatever the artist's background.
  constexpr float kPriorBackground = 0.5F;
  const Tensor matte = tensor_of_image(photo.matte);
  const Tensor over_background = tensor_of_image(photo.target);
  const Tensor crop = over_background + (1 - matte) * (kPriorBackground - photo.background);
  return prior.infer(crop, matte, photo.camera);
}

}  // namespace portrait
