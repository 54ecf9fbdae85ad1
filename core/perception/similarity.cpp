// SPDX-License-Identifier: Apache-2.0
#include "core/nn/torch.h"

#include "core/perception/similarity.h"

#include "core/clip/clip_picture.h"
#include "core/clip/clip_vision_encoder.h"
#include "core/nn/check_shape.h"
#include "core/perception/iresnet.h"

namespace portrait {

Tensor row_cosines(const Tensor& a, const Tensor& b) {
  check_shape(a, {-1, -1}, "a");
  check_shape(b, {a.size(0), a.size(1)}, "b");
  return at::cosine_similarity(a, b, 1, 1e-12);
}

Tensor clip_similarity(const ClipVisionEncoder& encoder, const Tensor& a, const Tensor& b) {
  const int size = encoder.config().image_size;
  return row_cosines(encoder(clip_pixels(a, size)), encoder(clip_pixels(b, size)));
}

Tensor identity_similarity(const IResNet& network, const Tensor& a, const Tensor& b) {
  return row_cosines(network(a), network(b));
}

}  // namespace portrait
