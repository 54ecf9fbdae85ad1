// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/camera/camera.h"
#include "core/nn/model_pack.h"
#include "core/nn/torch_safetensors.h"
#include "core/prior/head_prior.h"
#include "core/prior/placement.h"

#include <memory>

namespace portrait {

// Portrait4D's static GAN prior (Deng et al., CVPR 2024) with the tensors' published names, and its
// configuration as portrait4d/config.h and told_frame() (placement.h): where heads stand is told
// there, or else reckoned as portrait4d_frame(). It aligns photos by the face's points in its own
// way (photo_crop.h), and makes heads that face forward whatever the photo's pose is.
// Throws kCorrupt naming the tensor or the key.
std::unique_ptr<HeadPrior> load_portrait4d(const PackNetwork& network, at::Device device);
std::unique_ptr<HeadPrior> load_portrait4d(TensorMap tensors, const nlohmann::json& config,
                                           at::Device device);

// The space that it makes heads in: FLAME's, y up, z out of the face, 1 unit = 1/3 m, a cube of
// edge 1.3. The face that photos are aligned by stands there as the crop shows it to the frontal
// camera, and is laid onto our mean head's, so that a head agrees with the camera that a photo is
// given. That the face's own origin, which was not published, stands at FLAME's depth is assumed.
PriorFrame portrait4d_frame();

// The camera that a frontal, aligned crop is seen by: in their space at (0, 0.01, 4.2), looking
// straight back, focal length 4.7572 image widths (12 degrees); given in our world.
Camera portrait4d_front_camera();

}  // namespace portrait
