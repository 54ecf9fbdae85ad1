// SPDX-License-Identifier: Apache-2.0
#include "core/training/landmarks_cache.h"

#include "core/base/error.h"
#include "core/image/resample.h"
#include "core/nn/safetensors.h"
#include "core/photo/landmark_finder.h"
#include "core/photo/landmark_net.h"
#include "core/synth/numbered_subject.h"
#include "core/synth/photo_sample.h"
#include "core/synth/synth_assets.h"
#include "core/training/cache_files.h"

#include <algorithm>
#include <cmath>
#include <span>
#include <string>

namespace portrait {
namespace fs = std::filesystem;
namespace {

constexpr int kPhotoPx = 320;

const char* stem(bool held_out) { return held_out ? "heldout" : "face"; }

Points2 points_of(const PhotoSample& photo) {
  Points2 points;
  for (const Landmark& landmark : photo.landmarks) {
    points.emplace_back(landmark.pixel.x(), landmark.pixel.y());
  }
  return points;
}

void draw_subject(const SynthAssets& assets, const LandmarkCacheOptions& options, int index) {
  const SubjectMesh subject =
      numbered_subject(assets, index, options.seed, options.held_out);
  PhotoOptions photo_options;
  photo_options.yaw_deg = 60;
  photo_options.pitch_deg = 25;
  photo_options.roll_deg = 15;
  photo_options.geometry = false;
  const int side = kLandmarkCachePx;
  std::vector<std::uint8_t> crops;
  std::vector<float> all_points;
  std::vector<float> yaw;
  for (int i = 0; i < options.photos_per_subject; ++i) {
    const RandomKey key{options.seed, random_purpose(options.held_out ? "landmarks held out"
                                                                      : "landmarks"),
                        std::uint32_t(index), std::uint32_t(i)};
    const PhotoSample photo = draw_photo(subject, key, kPhotoPx, photo_options);
    const Points2 points = points_of(photo);
    // The network's own crop, widened about its middle.
    const double widen = kLandmarkCacheMargin * LandmarkNet::kCropSize / side;
    Affine2 crop_from_cache;
    const double shift = LandmarkNet::kCropSize * (1 - kLandmarkCacheMargin) / 2;
    crop_from_cache << widen, 0, shift, 0, widen, shift;
    const Affine2 photo_from_cache = compose(landmark_crop(points), crop_from_cache);
    const Affine2 cache_from_photo = invert(photo_from_cache);
    const Image crop = warp_affine(photo.rgb, photo_from_cache, side, side);
    for (const float v : crop.pixels) {
      crops.push_back(std::uint8_t(std::lround(std::clamp(v, 0.0F, 1.0F) * 255)));
    }
    for (const auto& p : points) {
      const Eigen::Vector2d at = apply(cache_from_photo, p);
      all_points.push_back(float(at.x()));
      all_points.push_back(float(at.y()));
    }
    yaw.push_back(float(photo.yaw_deg));
  }
  const std::int64_t count = options.photos_per_subject;
  save_safetensors(options.folder / cache_file_name(stem(options.held_out), index),
                   {{"crops", DType::kU8, {count, side, side, 3}, std::as_bytes(std::span(crops))},
                    {"points", DType::kF32, {count, 68, 2}, std::as_bytes(std::span(all_points))},
                    {"yaw", DType::kF32, {count}, std::as_bytes(std::span(yaw))}});
}

}  // namespace

void fill_landmark_cache(const LandmarkCacheOptions& options,
                         const std::function<void(int done, int of)>& progress,
                         std::stop_token stop) {
  const SynthAssets assets = SynthAssets::load(options.heads, options.hair);
  fill_cache_files(options.folder, stem(options.held_out), options.first, options.count,
                   [&](int index) { draw_subject(assets, options, index); }, progress, stop);
}

std::vector<fs::path> list_landmark_cache(const fs::path& folder, bool held_out) {
  return list_cache_files(folder, stem(held_out));
}

void append_landmark_faces(const fs::path& path, LandmarkFaces& faces) {
  const SafetensorsFile file(path);
  const TensorView& crops = file.at("crops");
  const auto points = file.floats("points");
  const auto yaw = file.floats("yaw");
  const std::int64_t side = kLandmarkCachePx;
  const auto count = std::int64_t(yaw.size());
  check(crops.dtype == DType::kU8 && crops.shape == std::vector<std::int64_t>{count, side, side, 3} &&
            points.size() == std::size_t(count) * 136,
        ErrorCode::kCorrupt, "\"{}\" is not a file of the landmark cache; remove it", path.string());
  const auto* bytes = reinterpret_cast<const std::uint8_t*>(crops.data.data());
  faces.crops.insert(faces.crops.end(), bytes, bytes + crops.data.size());
  faces.points.insert(faces.points.end(), points.begin(), points.end());
  faces.yaw_deg.insert(faces.yaw_deg.end(), yaw.begin(), yaw.end());
}

}  // namespace portrait
