// SPDX-License-Identifier: Apache-2.0
#include "core/training/latent_set.h"

#include "core/base/error.h"
#include "core/nn/check_shape.h"
#include "core/nn/torch_safetensors.h"
#include "core/prior/photo_lift.h"
#include "core/training/cache_files.h"

#include <utility>

namespace portrait {
namespace fs = std::filesystem;
namespace {

constexpr const char* kVae = "latent_space";
constexpr const char* kLarge = "large";

using Shape = std::vector<std::int64_t>;

void require(bool sound, const SafetensorsFile& file, const std::string& name) {
  check(sound, ErrorCode::kCorrupt,
        "\"{}\" is not a sound file of a latent cache (\"{}\"); remove it and encode again",
        file.path().string(), name);
}

// The shape of `name`; `like`: what it must be, -1 for any.
Shape shape_of(const SafetensorsFile& file, const std::string& name, const Shape& like) {
  const Shape shape = file.at(name).shape;
  require(shape.size() == like.size(), file, name);
  for (std::size_t i = 0; i < shape.size(); ++i) {
    require(shape[i] > 0 && (like[i] < 0 || shape[i] == like[i]), file, name);
  }
  return shape;
}

// Of the pictures: {P, V, L, small side}, and photos.
struct Sizes {
  std::int64_t people = 0, views = 0, identities = 0, channels = 0, side = 0;

  explicit Sizes(const SafetensorsFile& file) {
    const Shape small = shape_of(file, "small", {-1, -1, -1, -1, -1});
    people = small[0];
    views = small[1];
    channels = small[2];
    side = small[3];
    require(small[4] == side, file, "small");
    const bool large = file.contains(kLarge);
    if (large) shape_of(file, kLarge, {people, views, channels, 2 * side, 2 * side});
    shape_of(file, "cameras", {people, views, 16});
    identities = shape_of(file, "identity_small", {people, -1, channels, side, side})[1];
    if (large) shape_of(file, "identity_large", {people, identities, channels, 2 * side, 2 * side});
    shape_of(file, "identity_cameras", {people, identities, 16});
  }
  bool operator==(const Sizes&) const = default;
};

}  // namespace

std::string latent_file_stem(bool held_out) { return held_out ? "heldout" : "latents"; }

void save_latents(const fs::path& folder, bool held_out, int subject, const SubjectLatents& latents,
                  const std::string& latent_space) {
  const SubjectLatents& l = latents;
  check_shape(l.small, {-1, -1, -1, -1, -1}, "small latents");
  const std::int64_t people = l.small.size(0), channels = l.small.size(2), side = l.small.size(3);
  check_shape(l.large, {people, l.small.size(1), channels, 2 * side, 2 * side}, "large latents");
  check_shape(l.cameras, {people, l.small.size(1), 16}, "cameras");
  check_shape(l.identity_small, {people, -1, channels, side, side}, "small latents of photos");
  check_shape(l.identity_large, {people, l.identity_small.size(1), channels, 2 * side, 2 * side},
              "large latents of photos");
  check_shape(l.identity_cameras, {people, l.identity_small.size(1), 16}, "cameras of photos");
  std::vector<std::pair<std::string, Tensor>> tensors = {
      {"small", l.small.to(at::kHalf)},
      {"large", l.large.to(at::kHalf)},
      {"cameras", l.cameras.to(at::kFloat)},
      {"identity_small", l.identity_small.to(at::kHalf)},
      {"identity_large", l.identity_large.to(at::kHalf)},
      {"identity_cameras", l.identity_cameras.to(at::kFloat)}};
  std::vector<TensorToSave> saved;
  for (auto& [name, tensor] : tensors) {
    tensor = tensor.cpu().contiguous();
    saved.push_back({name, tensor.scalar_type() == at::kHalf ? DType::kF16 : DType::kF32,
                     tensor.sizes().vec(),
                     {static_cast<const std::byte*>(tensor.data_ptr()), tensor.nbytes()}});
  }
  save_safetensors(folder / cache_file_name(latent_file_stem(held_out), subject), saved,
                   {{kVae, latent_space}});
}

void check_latents_of(const SafetensorsFile& file, const std::string& latent_space) {
  const auto found = file.metadata().find(kVae);
  check(found != file.metadata().end() && found->second == latent_space, ErrorCode::kCorrupt,
        "\"{}\" holds latents of the VAE {}; the pack's is {}. Encode the views again, into "
        "another folder",
        file.path().string(), found == file.metadata().end() ? "(none stated)" : found->second,
        latent_space);
}

LatentSet LatentSet::open(const fs::path& folder, bool held_out, const std::string& latent_space) {
  LatentSet set;
  for (const fs::path& path : list_cache_files(folder, latent_file_stem(held_out))) {
    SafetensorsFile file(path);
    check_latents_of(file, latent_space);
    const Sizes sizes(file);
    if (!set.files_.empty()) require(sizes == Sizes(set.files_.front()), file, "small");
    set.files_.push_back(std::move(file));
    set.people_ = static_cast<int>(sizes.people);
    set.views_ = static_cast<int>(sizes.views);
    set.identities_ = static_cast<int>(sizes.identities);
    set.channels_ = static_cast<int>(sizes.channels);
    if (!set.files_.back().contains(kLarge)) continue;
    for (int i = 0; i < set.people_; ++i) set.large_.push_back(set.people() - set.people_ + i);
  }
  return set;
}

Tensor LatentSet::part(int person, const std::string& name, int index, int count) const {
  check(person >= 0 && person < people() && index >= 0 && index < count, ErrorCode::kInternal,
        "\"{}\" {} of {} of person {} of {}", name, index, count, person, people());
  TensorView view = files_[std::size_t(person / people_)].at(name);
  const std::size_t bytes = view.data.size() / std::size_t(people_ * count);
  const std::size_t at = std::size_t(person % people_) * std::size_t(count) + std::size_t(index);
  view.data = view.data.subspan(bytes * at, bytes);
  view.shape.erase(view.shape.begin(), view.shape.begin() + 2);
  return to_tensor(view).to(at::kFloat);
}

Tensor LatentSet::view(int person, int view, LatentSize size) const {
  return part(person, size == LatentSize::kSmall ? "small" : kLarge, view, views_);
}

Tensor LatentSet::identity(int person, int photo, LatentSize size) const {
  return part(person, size == LatentSize::kSmall ? "identity_small" : "identity_large", photo,
              identities_);
}

Camera LatentSet::camera(int person, int view) const {
  return camera_of_tensor(part(person, "cameras", view, views_));
}

Viewpoint LatentSet::viewpoint(int person, int view) const {
  return viewpoint_of(camera(person, view));
}

}  // namespace portrait
