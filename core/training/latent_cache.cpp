// SPDX-License-Identifier: Apache-2.0
#include "core/nn/torch.h"

#include "core/training/latent_cache.h"

#include "core/base/error.h"
#include "core/base/files.h"
#include "core/diffusion/autoencoder_kl.h"
#include "core/diffusion/conditioning.h"
#include "core/nn/model_pack.h"
#include "core/pipeline/image_tensor.h"
#include "core/prior/photo_lift.h"
#include "core/training/cache_files.h"
#include "core/training/cached_camera.h"
#include "core/training/latent_set.h"
#include "core/training/view_cache.h"

#include <array>
#include <vector>

namespace portrait {
namespace fs = std::filesystem;
namespace {

constexpr std::int64_t kAtOnce = 4;  // pictures of 512 x 512 in the encoder

Tensor encode(const AutoencoderKL& vae, const Tensor& pictures) {
  std::vector<Tensor> latents;
  for (const Tensor& some : pictures.split(kAtOnce)) latents.push_back(picture_latents(vae, some));
  return at::cat(latents);
}

// Pictures with their cameras, as drawn and mirrored.
struct People {
  Tensor small, large, cameras;  // of SubjectLatents

  People(const AutoencoderKL& vae, const std::vector<Image>& pictures,
         const std::vector<Camera>& seen_by, bool mirrored) {
    std::vector<Tensor> stacked;
    for (const Image& picture : pictures) stacked.push_back(tensor_of_image(picture));
    const Tensor as_drawn = at::stack(stacked);
    std::vector<Tensor> smalls, larges, all_cameras;
    for (int side = 0; side < (mirrored ? 2 : 1); ++side) {
      const Tensor shown = side == 0 ? as_drawn : as_drawn.flip({3});
      larges.push_back(encode(vae, shown));
      smalls.push_back(encode(vae, at::avg_pool2d(shown, {2, 2})));
      std::vector<Tensor> numbers;
      for (const Camera& camera : seen_by) {
        numbers.push_back(camera_tensor(side == 0 ? camera : mirrored_camera(camera)));
      }
      all_cameras.push_back(at::stack(numbers));
    }
    small = at::stack(smalls);
    large = at::stack(larges);
    cameras = at::stack(all_cameras);
  }
};

class Encoder {
 public:
  explicit Encoder(const LatentCacheOptions& options)
      : options_(options),
        pack_(ModelPack::open(options.pack)),
        vae_(load_vae(pack_)),
        hash_(latent_space_of(pack_)) {}

  void encode_subject(const fs::path& path, bool held_out) const {
    const int number = cache_file_number(path);
    const fs::path out = options_.folder / cache_file_name(latent_file_stem(held_out), number);
    if (fs::exists(out)) {
      check_latents_of(SafetensorsFile(out), hash_);
      return;
    }
    const at::NoGradGuard no_grad;
    const ViewCacheFile file(path);
    std::vector<Image> pictures;
    std::vector<Camera> cameras;
    for (int v = 0; v < file.views(); ++v) {
      pictures.push_back(file.rgb(v));
      cameras.push_back(cached_camera(file.camera(v)));
    }
    const People views(*vae_, pictures, cameras, options_.mirrored);
    pictures.clear();
    cameras.clear();
    for (int k = 0; k < file.identities(); ++k) {
      const CachedPicture photo = file.identity(k);
      pictures.push_back(photo.rgb);
      cameras.push_back(cached_camera(photo.camera));
    }
    const People photos(*vae_, pictures, cameras, options_.mirrored);
    save_latents(options_.folder, held_out, number,
                 {views.small, views.large, views.cameras, photos.small, photos.large,
                  photos.cameras},
                 hash_);
  }

 private:
  const LatentCacheOptions& options_;
  ModelPack pack_;
  std::shared_ptr<const AutoencoderKL> vae_;
  std::string hash_;
};

}  // namespace

Camera mirrored_camera(const Camera& camera) {
  // x changes sign in the world and in the camera.
  const Eigen::Vector4d flip(-1, 1, 1, 1);
  Camera other = camera;
  other.world_from_camera = flip.asDiagonal() * camera.world_from_camera * flip.asDiagonal();
  other.centre_x = 1 - camera.centre_x;
  return other;
}

void fill_latent_cache(const LatentCacheOptions& options,
                       const std::function<void(int, int)>& progress, std::stop_token stop) {
  std::vector<std::pair<fs::path, bool>> subjects;
  for (const bool held_out : {true, false}) {
    for (const fs::path& path : list_view_cache(options.views, held_out)) {
      subjects.emplace_back(path, held_out);
    }
  }
  check(!subjects.empty(), ErrorCode::kNotFound,
        "There are no views in \"{}\"; fill it with `portrait synth --views` first",
        options.views.string());
  require_writable_folder(options.folder);
  const Encoder encoder(options);
  int done = 0;
  for (const auto& [path, held_out] : subjects) {
    if (stop.stop_requested()) return;
    encoder.encode_subject(path, held_out);
    if (progress) progress(++done, int(subjects.size()));
  }
}

}  // namespace portrait
