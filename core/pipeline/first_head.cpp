// SPDX-License-Identifier: Apache-2.0
#include "core/nn/torch.h"

#include "core/pipeline/photo_target.h"
#include "core/pipeline/pipeline.h"
#include "core/prior/gan_prior.h"

namespace portrait {

Field first_head(const GanPrior& prior, const PhotoInput& photo) {
  const at::NoGradGuard no_grad;
  const PhotoTarget target(photo);
  return prior.infer(target.over_trained_background(), target.matte, photo.camera);
}

}  // namespace portrait
