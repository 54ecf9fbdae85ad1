// SPDX-License-Identifier: Apache-2.0
#include "core/nn/torch.h"

#include "core/pipeline/image_tensor.h"
#include "core/pipeline/photo_target.h"
#include "core/pipeline/pipeline.h"
#include "core/prior/gan_prior.h"

namespace portrait {
namespace {

PriorInput input_of(const PhotoInput& photo) {
  const PhotoTarget target(photo);
  return {target.over_trained_background(), target.matte, photo.camera, photo.landmarks};
}

// Without a copy: photos have up to 24 million pixels.
Tensor seen_as_tensor(const Image& image) {
  return at::from_blob(const_cast<float*>(image.pixels.data()),
                       {image.height, image.width, image.channels}, at::kFloat)
      .permute({2, 0, 1});
}

}  // namespace

Field first_head(const GanPrior& prior, const PhotoInput& photo) {
  const at::NoGradGuard no_grad;
  return prior.infer(input_of(photo));
}

Field first_head(const GanPrior& prior, const PhotoInput& photo, const Image& whole,
                 const Eigen::Matrix<double, 2, 3>& crop_from_photo) {
  const at::NoGradGuard no_grad;
  PriorInput input = input_of(photo);
  input.photo = WholePhoto{seen_as_tensor(whole), tensor_of_image(photo.crop), crop_from_photo};
  return prior.infer(input);
}

}  // namespace portrait
