// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <filesystem>
#include <functional>
#include <string>
#include <vector>

namespace portrait {

struct LoraSource {
  std::filesystem::path file;
  double scale = 1;
};

struct ImportOptions {
  std::filesystem::path out;
  // With unet/, vae/, text_encoder/, tokenizer/, scheduler/; or none.
  std::filesystem::path diffusers;
  std::filesystem::path brushnet;       // with config.json and weights; or none
  std::vector<LoraSource> loras;        // of the UNet
  // A pack whose networks beside those of painting (prior, landmarks, matting, ...) are taken too,
  // so that heads can be made with the new one; or none.
  std::filesystem::path rest;
  std::string variant;                  // of the weights, "fp16"; empty: the plain files
  std::string name;                     // of the pack; empty: that of the folder
  std::string licence = "NOASSERTION";  // SPDX expression, of every network
  bool link = false;                    // symbolic links to the weights in place of copies
  bool replace = false;                 // a pack that is there already
  std::function<void(const std::string& line)> progress;
};

// Makes a model pack out of published files: "unet", "vae" and "text_encoder" with its tokenizer of
// a diffusers folder, those that it has; "brushnet". Everything is checked before anything is
// written, the pack comes to be as a whole (staged_folder.h), and copies are streamed. Returns
// warnings for people: what was assumed, what of the files is not used.
// Has interruption points. Throws kBadUsage (nothing to import, a place that is taken), kNotFound,
// kBadInput (pickles), kCorrupt (weights that do not fit, names them), kUnsupported, kIo.
std::vector<std::string> import_pack(const ImportOptions& options);

}  // namespace portrait
