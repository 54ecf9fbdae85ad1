// SPDX-License-Identifier: Apache-2.0
#include "core/nn/torch.h"

#include "core/training/portrait_cache.h"

#include "core/base/error.h"
#include "core/base/random.h"
#include "core/image/read_image.h"
#include "core/image/write_image.h"
#include "core/nn/safetensors.h"
#include "core/prior/photo_lift.h"
#include "core/synth/numbered_subject.h"
#include "core/synth/photo_sample.h"
#include "core/synth/synth_assets.h"
#include "core/training/cache_files.h"

#include <algorithm>
#include <span>
#include <string>

namespace portrait {
namespace fs = std::filesystem;
namespace {

constexpr const char* kTrainingStem = "portrait";
constexpr const char* kHeldoutStem = "heldout";
constexpr int kJpegQuality = 95;

const char* stem(bool held_out) { return held_out ? kHeldoutStem : kTrainingStem; }

// Black beside the subject would ring into it.
Image clean_over_photo(const PhotoSample& photo) {
  Image clean = photo.clean;
  for (std::size_t p = 0; p < photo.matte.pixels.size(); ++p) {
    if (photo.matte.pixels[p] > 0) continue;
    for (std::size_t c = 0; c < 3; ++c) clean.pixels[3 * p + c] = photo.rgb.pixels[3 * p + c];
  }
  return clean;
}

void draw_subject(const SynthAssets& assets, const PortraitCacheOptions& options, int index) {
  const SubjectMesh subject =
      numbered_subject(assets, index, options.seed, options.held_out);
  PhotoOptions photo_options;
  photo_options.yaw_deg = 60;
  photo_options.geometry = false;
  std::vector<std::string> files;
  std::vector<std::string> names;
  std::vector<float> cameras;
  std::vector<float> landmarks;
  for (int i = 0; i < options.photos_per_subject; ++i) {
    const RandomKey key{options.seed,
                        random_purpose(options.held_out ? "portraits held out" : "portraits"),
                        std::uint32_t(index), std::uint32_t(i)};
    const PhotoSample photo = draw_photo(subject, key, kPortraitPx, photo_options);
    const std::string number = std::to_string(i);
    names.push_back("photo_" + number);
    files.push_back(encode_jpeg(photo.rgb, kJpegQuality));
    if (options.clean) {
      names.push_back("clean_" + number);
      files.push_back(encode_jpeg(clean_over_photo(photo), kJpegQuality));
    }
    names.push_back("matte_" + number);
    files.push_back(encode_png(photo.matte));
    const Tensor camera = camera_tensor(photo.camera).contiguous();
    cameras.insert(cameras.end(), camera.data_ptr<float>(), camera.data_ptr<float>() + 16);
    for (const Landmark& landmark : photo.landmarks) {
      landmarks.push_back(landmark.pixel.x());
      landmarks.push_back(landmark.pixel.y());
    }
  }
  const std::int64_t count = options.photos_per_subject;
  std::vector<TensorToSave> tensors = {
      {"cameras", DType::kF32, {count, 16}, std::as_bytes(std::span(cameras))},
      {"landmarks", DType::kF32, {count, 68, 2}, std::as_bytes(std::span(landmarks))}};
  for (std::size_t i = 0; i < files.size(); ++i) {
    tensors.push_back({names[i], DType::kU8, {std::int64_t(files[i].size())},
                       std::as_bytes(std::span(files[i]))});
  }
  save_safetensors(options.folder / cache_file_name(stem(options.held_out), index), tensors);
}

Image decode(const SafetensorsFile& file, const std::string& name, int channels) {
  const auto bytes = file.at(name).data;
  const std::string text(reinterpret_cast<const char*>(bytes.data()), bytes.size());
  Image image = decode_image(text, file.path().string() + " (" + name + ")").image;
  check(image.width == kPortraitPx && image.height == kPortraitPx, ErrorCode::kCorrupt,
        "\"{}\" is not a file of the portrait cache; remove it", file.path().string());
  if (channels == 3) return image;
  Image one(image.width, image.height, 1);
  for (std::size_t i = 0; i < one.pixels.size(); ++i) one.pixels[i] = image.pixels[3 * i];
  return one;
}

}  // namespace

void fill_portrait_cache(const PortraitCacheOptions& options,
                         const std::function<void(int done, int of)>& progress,
                         std::stop_token stop) {
  const SynthAssets assets = SynthAssets::load(options.heads, options.hair);
  fill_cache_files(options.folder, stem(options.held_out), options.first, options.count,
                   [&](int index) { draw_subject(assets, options, index); }, progress, stop);
}

std::vector<fs::path> list_portrait_cache(const fs::path& folder, bool held_out) {
  return list_cache_files(folder, stem(held_out));
}

int portraits_in(const fs::path& path) {
  const SafetensorsFile file(path);
  return int(file.at("cameras").shape.at(0));
}

CachedPortrait read_portrait(const fs::path& path, int index) {
  const SafetensorsFile file(path);
  const std::string number = std::to_string(index);
  CachedPortrait portrait;
  portrait.photo = decode(file, "photo_" + number, 3);
  if (file.contains("clean_" + number)) portrait.clean = decode(file, "clean_" + number, 3);
  portrait.matte = decode(file, "matte_" + number, 1);
  const auto cameras = file.floats("cameras");
  const auto landmarks = file.floats("landmarks");
  check(cameras.size() >= std::size_t(index + 1) * 16 &&
            landmarks.size() >= std::size_t(index + 1) * 136,
        ErrorCode::kCorrupt, "\"{}\" is not a file of the portrait cache; remove it",
        path.string());
  std::copy_n(cameras.begin() + index * 16, 16, portrait.camera.begin());
  for (std::size_t k = 0; k < 68; ++k) {
    const std::size_t at = std::size_t(index) * 136 + 2 * k;
    portrait.landmarks[k] = {landmarks[at], landmarks[at + 1]};
  }
  return portrait;
}

Image read_portrait_photo(const fs::path& path, int index) {
  return decode(SafetensorsFile(path), "photo_" + std::to_string(index), 3);
}

}  // namespace portrait
