// SPDX-License-Identifier: Apache-2.0
#include "core/nn/torch.h"

#include "core/pipeline/image_tensor.h"

#include "core/base/error.h"

#include <cstring>

namespace portrait {

Tensor tensor_of_image(const Image& image) {
  check(!image.empty(), ErrorCode::kInternal, "An empty image where pixels were expected");
  const Tensor hwc = at::from_blob(const_cast<float*>(image.pixels.data()),
                                   {image.height, image.width, image.channels}, at::kFloat);
  return hwc.permute({2, 0, 1}).clone(at::MemoryFormat::Contiguous);
}

Image image_of_tensor(const Tensor& tensor, bool clamp) {
  check(tensor.dim() == 3, ErrorCode::kInternal, "An image tensor has 3 dimensions, this one {}",
        tensor.dim());
  Tensor hwc = tensor.detach().to(at::kCPU, at::kFloat).permute({1, 2, 0}).contiguous();
  if (clamp) hwc = hwc.clamp(0, 1);
  Image image(static_cast<int>(hwc.size(1)), static_cast<int>(hwc.size(0)),
              static_cast<int>(hwc.size(2)));
  std::memcpy(image.pixels.data(), hwc.data_ptr<float>(), image.pixels.size() * sizeof(float));
  return image;
}

}  // namespace portrait
