// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/camera/camera.h"
#include "core/nn/safetensors.h"
#include "core/nn/torch.h"

#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

namespace portrait {

// Pictures of a view cache as latents of one VAE, so that encoding is paid once; one safetensors
// file per subject ("latents_000123.safetensors", held-out subjects "heldout_000123..."). A subject
// is one person, or two: as drawn, and mirrored (pictures flipped, cameras too).
//   small             F16 [P, V, L, 32, 32]  of the views at 256 x 256, areas averaged
//   large             F16 [P, V, L, 64, 64]  of the views at 512 x 512; in some files only, as is
//                                            the photos'
//   cameras           F32 [P, V, 16]         camera_tensor
//   identity_small    F16 [P, K, L, 32, 32]  of the photos
//   identity_large    F16 [P, K, L, 64, 64]
//   identity_cameras  F32 [P, K, 16]
// (sides for a reduction of 8), in diffusion's units: the posteriors' means, scaled. The metadata
// state "latent_space", latent_space_of() the VAE's pack.
struct SubjectLatents {
  Tensor small, large, cameras, identity_small, identity_large, identity_cameras;
};

// Throws kInternal (shapes that do not fit each other), kIo.
void save_latents(const std::filesystem::path& folder, bool held_out, int subject,
                  const SubjectLatents& latents, const std::string& latent_space);

std::string latent_file_stem(bool held_out);

// Throws kCorrupt naming the file when its latents are those of another VAE.
void check_latents_of(const SafetensorsFile& file, const std::string& latent_space);

enum class LatentSize { kSmall, kLarge };

// The latents of a folder, mapped; only what is asked for is read.
class LatentSet {
 public:
  // Empty when there is no such folder. Throws kCorrupt naming the file: of another VAE than
  // `latent_space`, tensors missing or misshapen.
  static LatentSet open(const std::filesystem::path& folder, bool held_out,
                        const std::string& latent_space);

  int people() const { return subjects() * people_; }
  int subjects() const { return static_cast<int>(files_.size()); }
  int views() const { return views_; }            // of each person, in the view cache's order
  int identities() const { return identities_; }  // photos of each person
  int channels() const { return channels_; }
  const std::vector<int>& large_people() const { return large_; }  // who have large latents

  // [L, s, s] f32. Large ones: of large_people(); throw kCorrupt else.
  Tensor view(int person, int view, LatentSize size) const;
  Tensor identity(int person, int photo, LatentSize size = LatentSize::kSmall) const;
  Viewpoint viewpoint(int person, int view) const;
  Camera camera(int person, int view) const;

 private:
  Tensor part(int person, const std::string& name, int index, int count) const;

  std::vector<SafetensorsFile> files_;
  int people_ = 1;  // of a subject
  int views_ = 0;
  int identities_ = 0;
  int channels_ = 0;
  std::vector<int> large_;
};

}  // namespace portrait
