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

PhotoTarget PhotoTarget::reduced(int size) const {
  constexpr int kScale = SuperResolution::kScale;
  const auto whole = static_cast<int>(rgb.size(1));
  check(size >= 4 * kScale && whole % size == 0 && size % (4 * kScale) == 0, ErrorCode::kInternal,
        "A photo of {} pixels cannot be reduced to {}", whole, size);
  PhotoTarget small = *this;
  const int by = whole / size;
  small.width = size / kScale;
  small.rgb = at::avg_pool2d(rgb.unsqueeze(0), by).squeeze(0);
  small.matte = at::avg_pool2d(matte.unsqueeze(0), by).squeeze(0);
  small.rgb_low = at::avg_pool2d(small.rgb.unsqueeze(0), kScale).squeeze(0);
  small.matte_low = at::avg_pool2d(small.matte.unsqueeze(0), kScale).squeeze(0).squeeze(0);
  return small;
}

Tensor PhotoTarget::over_trained_background() const {
  return rgb + (1 - matte) * (kTrainedBackground - background);
}

}  // namespace portrait
