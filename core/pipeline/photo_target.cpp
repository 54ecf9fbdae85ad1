// SPDX-License-Identifier: Apache-2.0
#include "core/nn/torch.h"

#include "core/pipeline/photo_target.h"

#include "core/base/error.h"
#include "core/field/super_resolution.h"
#include "core/pipeline/image_tensor.h"

namespace portrait {

PhotoTarget::PhotoTarget(const PhotoInput& photo, at::Device device)
    : camera(photo.camera), background(photo.background) {
  constexpr int kScale = SuperResolution::kScale;
  const int size = photo.target.width;
  check(size >= 4 * kScale && size % kScale == 0 && photo.target.height == size &&
            photo.target.channels == 3,
        ErrorCode::kInternal,
        "The crop is {} x {} x {}; expected a square RGB one, a multiple of {}", size,
        photo.target.height, photo.target.channels, kScale);
  check(photo.matte.width == size && photo.matte.height == size && photo.matte.channels == 1,
        ErrorCode::kInternal, "The matte is {} x {} x {}; expected {} x {} x 1", photo.matte.width,
        photo.matte.height, photo.matte.channels, size, size);
  width = size / kScale;
  rgb = tensor_of_image(photo.target).to(device);
  matte = tensor_of_image(photo.matte).to(device);
  rgb_low = at::avg_pool2d(rgb.unsqueeze(0), kScale).squeeze(0);
  matte_low = at::avg_pool2d(matte.unsqueeze(0), kScale).squeeze(0).squeeze(0);
}

}  // namespace portrait
