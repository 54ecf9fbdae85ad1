// SPDX-License-Identifier: Apache-2.0
#include "core/nn/torch.h"

#include "core/training/pair_file.h"

#include "core/base/error.h"
#include "core/camera/viewpoint_rig.h"
#include "core/nn/torch_safetensors.h"
#include "core/prior/photo_lift.h"
#include "core/training/cache_files.h"

#include <fmt/ranges.h>

#include <algorithm>

namespace portrait {
namespace fs = std::filesystem;
namespace {

constexpr const char* kVae = "latent_space";
constexpr const char* kPrior = "prior_sha256";
constexpr std::int64_t kViews = 13;
constexpr std::int64_t kDepthSide = 64;

using Shape = std::vector<std::int64_t>;

void require(bool sound, const SafetensorsFile& file, const std::string& name) {
  check(sound, ErrorCode::kCorrupt,
        "\"{}\" is not a sound file of a pair cache (\"{}\"); remove it and make it again",
        file.path().string(), name);
}

// The view that drives another, -1: the photo.
int driver_of(int view) {
  return standard_viewpoint_rig().at(static_cast<std::size_t>(view)).driver;
}

bool is_latents(const std::string& name) { return name.find('.') != std::string::npos; }

void check_shapes(const SafetensorsFile& file, const std::string& prefix, std::int64_t channels,
                  std::int64_t side) {
  const std::map<std::string, Shape> shapes = {
      {"truth", {kViews, channels, side, side}},
      {"render", {kViews, channels, side, side}},
      {"normals", {2, kViews, channels, side, side}},
      {"photo", {channels, side, side}},
      {"projected", {kPairKinds, kViews, channels, side, side}},
      {"known", {kPairKinds, kViews, 1, side, side}}};
  for (const auto& [name, shape] : shapes) {
    require(file.at(prefix + name).shape == shape, file, prefix + name);
  }
}

}  // namespace

std::string pair_file_stem(bool held_out) { return held_out ? "heldout" : "pairs"; }

std::vector<fs::path> list_pair_cache(const fs::path& folder, bool held_out) {
  return list_cache_files(folder, pair_file_stem(held_out));
}

bool has_large_pairs(const SafetensorsFile& file) { return file.contains("large.truth"); }

void check_pairs_of(const SafetensorsFile& file, const PairProvenance& provenance) {
  const auto is = [&](const char* key, const std::string& hash) {
    const auto found = file.metadata().find(key);
    return found != file.metadata().end() && found->second == hash;
  };
  check(is(kVae, provenance.latent_space) && is(kPrior, provenance.prior_sha256), ErrorCode::kCorrupt,
        "\"{}\" was made with another VAE or prior than the pack's. Make the pairs again, in "
        "another folder",
        file.path().string());
}

void save_pairs(const fs::path& path, const std::map<std::string, Tensor>& tensors,
                const PairProvenance& provenance) {
  std::map<std::string, Tensor> stored;
  std::vector<TensorToSave> saved;
  for (const auto& [name, tensor] : tensors) {
    const Tensor& kept = stored[name] =
        tensor.to(is_latents(name) ? at::kHalf : at::kFloat).cpu().contiguous();
    saved.push_back({name, is_latents(name) ? DType::kF16 : DType::kF32, kept.sizes().vec(),
                     {static_cast<const std::byte*>(kept.data_ptr()), kept.nbytes()}});
  }
  save_safetensors(path, saved,
                   {{kVae, provenance.latent_space}, {kPrior, provenance.prior_sha256}});
}

PairFile::PairFile(const fs::path& path, const PairProvenance& provenance) : file_(path) {
  check_pairs_of(file_, provenance);
  const Shape truth = file_.at("small.truth").shape;
  require(truth.size() == 4, file_, "small.truth");
  channels_ = static_cast<int>(truth[1]);
  check_shapes(file_, "small.", truth[1], truth[3]);
  has_large_ = has_large_pairs(file_);
  if (has_large_) check_shapes(file_, "large.", truth[1], 2 * truth[3]);
  require(file_.at("depth").shape == Shape{3, kViews, kDepthSide, kDepthSide}, file_, "depth");
  require(file_.at("cameras").shape == Shape{kViews, 16}, file_, "cameras");
  require(file_.at("photo_camera").shape == Shape{1, 16}, file_, "photo_camera");
}

// The part of a tensor at the leading indices `at`, as f32; only it is read.
Tensor PairFile::part(const std::string& name, const std::vector<std::int64_t>& at) const {
  TensorView view = file_.at(name);
  for (const std::int64_t index : at) {
    check(index >= 0 && index < view.shape.front(), ErrorCode::kInternal,
          "\"{}\" [{}] was asked for at [{}]", name, fmt::join(file_.at(name).shape, ", "),
          fmt::join(at, ", "));
    const std::size_t bytes = view.data.size() / static_cast<std::size_t>(view.shape.front());
    view.data = view.data.subspan(bytes * static_cast<std::size_t>(index), bytes);
    view.shape.erase(view.shape.begin());
  }
  return to_tensor(view).to(at::kFloat);
}

Tensor PairFile::latents(bool large, const std::string& name, std::vector<std::int64_t> at) const {
  check(!large || has_large_, ErrorCode::kInternal, "\"{}\" has no large latents",
        file_.path().string());
  return part((large ? "large." : "small.") + name, at).unsqueeze(0);
}

Camera PairFile::camera(int view) const { return camera_of_tensor(part("cameras", {view})); }

Tensor PairFile::truth(int view, bool large) const { return latents(large, "truth", {view}); }
Tensor PairFile::render(int view, bool large) const { return latents(large, "render", {view}); }
Tensor PairFile::photo(bool large) const { return latents(large, "photo", {}); }

Tensor PairFile::driving_latents(int view, PairKind kind, bool large) const {
  const int driver = driver_of(view);
  if (driver < 0) return photo(large);
  return kind == PairKind::kRough ? render(driver, large) : truth(driver, large);
}

HpdmView PairFile::view(int view, PairKind kind, bool true_normals, bool large,
                        const UNetSizes& sizes) const {
  const auto of_kind = static_cast<std::int64_t>(kind);
  HpdmView made;
  made.projected = latents(large, "projected", {of_kind, view});
  made.known = latents(large, "known", {of_kind, view});
  made.driving = driving_latents(view, kind, large);
  made.normals = latents(large, "normals", {true_normals ? 0 : 1, view});
  made.coarse = render(view, large);
  const int driver = driver_of(view);
  DrivingView driving;
  driving.camera = driver < 0 ? camera_of_tensor(part("photo_camera", {0})) : camera(driver);
  driving.depth = part("depth", {std::min<std::int64_t>(of_kind, 2), view});
  made.links.emplace_back(driving, camera(view), static_cast<int>(made.driving.size(2)),
                          static_cast<int>(made.driving.size(3)), sizes);
  return made;
}

}  // namespace portrait
