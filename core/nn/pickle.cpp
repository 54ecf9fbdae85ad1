// SPDX-License-Identifier: Apache-2.0
#include "core/nn/pickle.h"

#include "core/base/error.h"

#include <algorithm>
#include <cctype>
#include <fstream>
#include <string_view>

namespace portrait {
namespace fs = std::filesystem;

bool looks_like_pickle(const fs::path& path) {
  std::string extension = path.extension().string();
  std::transform(extension.begin(), extension.end(), extension.begin(),
                 [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
  for (const char* known : {".pt", ".pth", ".pkl", ".pickle", ".bin", ".ckpt"}) {
    if (extension == known) return true;
  }
  std::ifstream in(path, std::ios::binary);
  char head[4] = {};
  in.read(head, sizeof head);
  return in.gcount() == 4 && (std::string_view(head, 4) == std::string_view("PK\x03\x04", 4) ||
                              (head[0] == '\x80' && head[1] >= 2 && head[1] <= 5));
}

void refuse_pickle(const fs::path& path) {
  if (!looks_like_pickle(path)) return;
  throw Error(ErrorCode::kBadInput,
              fmt::format("\"{}\" is a Python pickle, which can run code when it is read; packs "
                          "take safetensors files. Convert it where you trust it: python3 -c "
                          "\"import torch, safetensors.torch as s; s.save_file(torch.load("
                          "'{}', map_location='cpu'), '{}.safetensors')\"",
                          path.string(), path.filename().string(), path.stem().string()),
              path.string());
}

}  // namespace portrait
