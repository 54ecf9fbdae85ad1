// SPDX-License-Identifier: Apache-2.0
#include "core/nn/torch.h"

#include "core/base/error.h"
#include "core/base/log.h"
#include "core/clip/clip_text_encoder.h"
#include "core/clip/clip_tokenizer.h"
#include "core/diffusion/pack_diffusion.h"
#include "core/nn/model_pack.h"

#include <memory>
#include <string>
#include <vector>

namespace portrait {

std::function<TextEncoder()> text_encoder_of(const ModelPack& pack) {
  pack.network("text_encoder");  // is there, before minutes are spent on what is to read its answer
  const nlohmann::json& document = pack.document();
  check(
      document.contains("tokenizer"), ErrorCode::kNotFound,
      "The pack in {} has a text encoder and no tokenizer; import it again from a folder that has "
      "tokenizer/vocab.json and tokenizer/merges.txt",
      pack.folder().string());
  const nlohmann::json& files = document.at("tokenizer");
  const auto tokenizer = std::make_shared<const ClipTokenizer>(
      ClipTokenizer::load(pack.folder() / files.at("vocab").get<std::string>(),
                          pack.folder() / files.at("merges").get<std::string>()));
  return [pack, tokenizer]() -> TextEncoder {
    const std::shared_ptr<const ClipTextEncoder> encoder = load_text_encoder(pack);
    const ClipTextConfig& config = encoder->config();
    check(tokenizer->size() <= config.vocab_size, ErrorCode::kCorrupt,
          "The tokenizer of the pack in {} has {} tokens, its text encoder {}",
          pack.folder().string(), tokenizer->size(), config.vocab_size);
    return [encoder, tokenizer](const std::string& text) {
      const at::NoGradGuard no_grad;
      const int length = encoder->config().max_position_embeddings;
      if (tokenizer->truncates(text, length)) {
        log_warning("The prompt is longer than {} tokens; what is behind them is left out: {}",
                    length - 2, text);
      }
      const std::vector<int> ids = tokenizer->encode(text, length);
      return (*encoder)(at::tensor(ids, at::kLong).unsqueeze(0)).last_hidden;
    };
  };
}

}  // namespace portrait
