// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/nn/torch.h"

namespace portrait {

class ClipVisionEncoder;
class IResNet;

// Cosines of the rows of a and b, [B, D] -> [B] in [-1, 1]; 0 with a row of zeros.
// Throws kInternal naming the shape.
Tensor row_cosines(const Tensor& a, const Tensor& b);

// CLIP-I: cosines of CLIP's embeddings of pictures [B, 3, H, W], sRGB in [0, 1]; a and b may differ
// in size. -> [B]. Differentiable.
Tensor clip_similarity(const ClipVisionEncoder& encoder, const Tensor& a, const Tensor& b);

// ID: cosines of the face network's embeddings of crops [B, 3, 112, 112] as of aligned_face().
// -> [B]. Differentiable.
Tensor identity_similarity(const IResNet& network, const Tensor& a, const Tensor& b);

}  // namespace portrait
