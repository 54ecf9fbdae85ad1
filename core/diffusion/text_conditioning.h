// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/diffusion/conditioning.h"
#include "core/diffusion/view_prompt.h"
#include "core/nn/torch.h"

#include <functional>
#include <map>
#include <memory>
#include <string>
#include <vector>

namespace portrait {

// A text's context tokens, [1, M, width].
using TextEncoder = std::function<Tensor(const std::string& text)>;

// The conditioning of published latent-diffusion models: what is to be seen, in words, those of the
// view among them; without: the negative prompt. Every text that the views of a head can need is
// encoded when it is made, so that the encoder may go.
class TextConditioning : public Conditioning {
 public:
  TextConditioning(const TextEncoder& encode, const TextPrompt& prompt);

  Tensor context(const std::vector<Viewpoint>& views) const override;
  Tensor without(const std::vector<Viewpoint>& views) const override;

 private:
  TextPrompt prompt_;
  std::map<std::string, Tensor> encoded_;
  Tensor negative_;
};

}  // namespace portrait
