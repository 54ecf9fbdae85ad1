// SPDX-License-Identifier: Apache-2.0
#include "core/nn/torch.h"

#include "core/diffusion/text_conditioning.h"

#include <array>

namespace portrait {
namespace {

// One of each wording.
constexpr std::array<Viewpoint, 4> kWordings = {{{0, 0}, {90, 0}, {180, 0}, {0, 90}}};

}  // namespace

TextConditioning::TextConditioning(const TextEncoder& encode, const TextPrompt& prompt)
    : prompt_(prompt), negative_(encode(prompt.negative)) {
  for (const Viewpoint& view : kWordings) {
    const std::string text = prompt_of_view(prompt, view);
    if (encoded_.count(text) == 0) encoded_.emplace(text, encode(text));
  }
}

Tensor TextConditioning::context(const std::vector<Viewpoint>& views) const {
  std::vector<Tensor> contexts;
  for (const Viewpoint& view : views) contexts.push_back(encoded_.at(prompt_of_view(prompt_, view)));
  return at::cat(contexts);
}

Tensor TextConditioning::without(const std::vector<Viewpoint>& views) const {
  return negative_.expand({static_cast<std::int64_t>(views.size()), -1, -1});
}

}  // namespace portrait
