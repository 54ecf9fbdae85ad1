// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/base/random.h"
#include "core/nn/torch.h"

#include <filesystem>
#include <vector>

namespace portrait {

// What HPDM paints of people whose views are known, for a decoder that is to make pictures of it:
// one step of denoising gives the mean of what may be there, and latents of a picture have a
// texture that such latents lack.
struct PaintedViewsOptions {
  std::filesystem::path pack;   // of "hpdm" and all that it needs; empty: no such views
  std::filesystem::path pairs;  // of fill_pair_cache with that pack: subjects with large latents
  int first_t = 150;            // renders are noised to any timestep of the presets' range
  int last_t = 500;
  int noise_left = 40;  // AutoencoderConfig::texture_timestep of the decoder that is trained
};

// A piece of a view: latents and truth of the same place.
struct PaintedView {
  Tensor latents;  // [L, h, w], diffusion units, with the noise left in them
  Tensor picture;  // U8 [3, r h, r w]
};

// `views`: of fill_view_cache, the subjects of the pairs. Every standard view of those that are
// trained on, driven as draw_pair_kind() says, cut to the box of its subject but no smaller than
// `side` pixels both ways. About half a second each on two cores. Empty when options.pack is.
// Throws kNotFound (no such pairs, or none of them large; a pack without the networks), kCorrupt.
std::vector<PaintedView> paint_views(const PaintedViewsOptions& options,
                                     const std::filesystem::path& views, int side);

// Pieces at random places, none mirrored, since latents are not.
struct PaintedPieces {
  Tensor latents;   // [count, L, side / r, side / r], diffusion units
  Tensor pictures;  // [count, 3, side, side] in [-1, 1]
};
PaintedPieces draw_painted_pieces(const std::vector<PaintedView>& views, int side, int count,
                                  const RandomKey& key);

}  // namespace portrait
