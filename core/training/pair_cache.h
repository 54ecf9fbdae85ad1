// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <filesystem>
#include <functional>
#include <stop_token>

namespace portrait {

// Pairs of adjacent views for HPDM's trainer and its gate, see PairFile.
struct PairCacheOptions {
  std::filesystem::path folder;
  std::filesystem::path views;  // of fill_view_cache
  std::filesystem::path pack;   // whose "prior" makes the heads and whose "vae" encodes
  int large = 0;                // subjects, from the first, that get large latents too; all held-out
                                // ones do
};

// Makes the files, of held-out subjects too, that the folder lacks or that lack large latents
// which are asked for. Throws kNotFound (no views, a pack without a prior or VAE), kCorrupt (a file
// of the view cache, by name; pairs of another VAE or prior in the folder), kIo.
void fill_pair_cache(const PairCacheOptions& options,
                     const std::function<void(int done, int of)>& progress,
                     std::stop_token stop = {});

}  // namespace portrait
