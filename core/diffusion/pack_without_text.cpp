// SPDX-License-Identifier: Apache-2.0
// Of the training build, which has no library for Unicode and so no tokenizer.
#include "core/nn/torch.h"

#include "core/base/error.h"
#include "core/diffusion/pack_diffusion.h"

namespace portrait {

std::function<TextEncoder()> text_encoder_of(const ModelPack&) {
  fail(ErrorCode::kUnsupported,
       "The training build reads no texts; build the whole program for packs with a text encoder");
}

}  // namespace portrait
