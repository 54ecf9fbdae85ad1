// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/camera/camera.h"
#include "core/diffusion/hpdm.h"
#include "core/nn/safetensors.h"
#include "core/nn/torch.h"

#include <filesystem>
#include <map>
#include <string>
#include <vector>

namespace portrait {

// How a target view's driving image and depth came about.
enum class PairKind {
  kExact,   // the driver's true picture by its true depth
  kSpoilt,  // its true picture by a depth that is noisy, has holes and smears at its edges
  kField,   // its true picture by the depth of the head that stage 1 makes of the photo
  kRough,   // that head's render in place of the true picture, by its depth
};
inline constexpr int kPairKinds = 4;

// Whose latents (latent_space_of() the pack), of the heads of whose prior (hash of its file).
struct PairProvenance {
  std::string latent_space;
  std::string prior_sha256;
};

// What HPDM reads of the 13 standard viewpoints of a subject of the view cache, each driven as in
// standard_viewpoint_rig(), as latents; one safetensors file per subject
// ("pairs_000123.safetensors", held-out subjects "heldout_000123..."). The head is the one that a
// prior makes of the subject's first photo, so that what is half finished about it is what the
// networks will meet. S = "small" (latents of 256 x 256 pixels) and "large" (of 512 x 512), the
// latter in some:
//   S.truth         F16 [13, L, s, s]     the target itself
//   S.render        F16 [13, L, s, s]     the head's render: I^R
//   S.normals       F16 [2, 13, L, s, s]  normals: true ones, the head's: N^R
//   S.photo         F16 [L, s, s]         the photo, which drives view 0
//   S.projected     F16 [4, 13, L, s, s]  I_proj of each PairKind
//   S.known         F16 [4, 13, 1, s, s]  S_proj
//   depth           F32 [3, 13, 64, 64]   of the driver, 0 where not lifted: true, spoilt, the head's
//   cameras         F32 [13, 16]          camera_tensor of the targets
//   photo_camera    F32 [1, 16]
// in diffusion's units; the metadata state the provenance. A photo's true depth is not known: the
// head's stands for it.
class PairFile {
 public:
  // Throws kCorrupt naming the file: of another provenance, tensors missing or misshapen.
  PairFile(const std::filesystem::path& path, const PairProvenance& provenance);

  bool has_large() const { return has_large_; }
  int channels() const { return channels_; }
  Camera camera(int view) const;  // of a target

  // [1, L, s, s] f32. Throw kInternal when there is no such view, or no large latents.
  Tensor truth(int view, bool large) const;
  Tensor render(int view, bool large) const;
  Tensor photo(bool large) const;
  // One sample for Hpdm, linked for `sizes`. `true_normals`: in place of the head's.
  HpdmView view(int view, PairKind kind, bool true_normals, bool large,
                const UNetSizes& sizes) const;

 private:
  Tensor part(const std::string& name, const std::vector<std::int64_t>& at) const;
  Tensor latents(bool large, const std::string& name, std::vector<std::int64_t> at) const;
  Tensor driving_latents(int view, PairKind kind, bool large) const;

  SafetensorsFile file_;
  bool has_large_ = false;
  int channels_ = 0;
};

std::string pair_file_stem(bool held_out);
std::vector<std::filesystem::path> list_pair_cache(const std::filesystem::path& folder,
                                                   bool held_out);
// Throws kCorrupt naming the file when it was made with other networks.
void check_pairs_of(const SafetensorsFile& file, const PairProvenance& provenance);
bool has_large_pairs(const SafetensorsFile& file);
// Latents as F16, the rest as F32. Throws kIo.
void save_pairs(const std::filesystem::path& path, const std::map<std::string, Tensor>& tensors,
                const PairProvenance& provenance);

}  // namespace portrait
