// SPDX-License-Identifier: Apache-2.0
#include "core/training/identity_drawing.h"

#include "core/base/random.h"
#include "core/nn/safetensors.h"
#include "core/synth/photo_sample.h"
#include "core/synth/subject_mesh.h"
#include "core/synth/synth_assets.h"
#include "core/training/cache_files.h"
#include "core/training/identity_alignment.h"
#include "core/training/identity_cache.h"
#include "core/training/identity_stems.h"

#include <algorithm>
#include <cmath>
#include <span>
#include <string>
#include <vector>

namespace portrait {
namespace {

// Eyes of a head that fills a photo of this size are about as far apart as in the crop.
constexpr int kPhotoPx = 256;

void add_face(const PhotoSample& photo, std::vector<std::uint8_t>& faces) {
  Points2 points;
  for (const Landmark& landmark : photo.landmarks) {
    points.emplace_back(landmark.pixel.x(), landmark.pixel.y());
  }
  const Image face = warp_affine(photo.rgb, photo_from_face(points, kIdentityMarginPx),
                                 kIdentityCachePx, kIdentityCachePx);
  for (const float v : face.pixels) {
    faces.push_back(std::uint8_t(std::lround(std::clamp(v, 0.0F, 1.0F) * 255)));
  }
}

void draw_person(const SynthAssets& assets, const IdentityCacheOptions& options, int number) {
  SynthOptions synth;
  synth.seed = options.seed;
  synth.held_out = options.held_out;
  PhotoOptions photo_options;
  photo_options.yaw_deg = 50;
  photo_options.roll_deg = 12;
  photo_options.geometry = false;
  std::vector<std::uint8_t> faces;
  std::vector<float> azimuths;
  for (int occasion = 0; occasion < options.occasions; ++occasion) {
    const SubjectMesh subject = build_subject(assets, recipe_on_occasion(number, synth, occasion));
    for (int i = 0; i < options.photos_per_occasion; ++i) {
      const RandomKey key{
          options.seed, random_purpose(options.held_out ? "identity held out" : "identity"),
          std::uint32_t(number), std::uint32_t(occasion * options.photos_per_occasion + i)};
      const PhotoSample photo = draw_photo(subject, key, kPhotoPx, photo_options);
      add_face(photo, faces);
      azimuths.push_back(float(photo.yaw_deg));
    }
  }
  const auto count = std::int64_t(azimuths.size());
  const std::int64_t side = kIdentityCachePx;
  save_safetensors(options.folder / cache_file_name(identity_stem(options.held_out), number),
                   {{"faces", DType::kU8, {count, side, side, 3}, std::as_bytes(std::span(faces))},
                    {"azimuth_deg", DType::kF32, {count}, std::as_bytes(std::span(azimuths))}});
}

}  // namespace

SubjectRecipe recipe_on_occasion(int number, const SynthOptions& options, int occasion) {
  SubjectRecipe recipe = draw_recipe(std::uint32_t(number), options);
  if (occasion == 0) return recipe;
  SynthOptions other_options = options;
  other_options.seed = options.seed + (std::uint64_t(occasion) << 32);
  const SubjectRecipe other = draw_recipe(std::uint32_t(number), other_options);
  recipe.expression = other.expression;
  recipe.light = other.light;
  recipe.cloth = other.cloth;
  recipe.glasses = other.glasses;
  recipe.posture = other.posture;
  return recipe;
}

void fill_identity_cache(const IdentityCacheOptions& options,
                         const std::function<void(int, int)>& progress, std::stop_token stop) {
  const SynthAssets assets = SynthAssets::load(options.heads, options.hair);
  fill_cache_files(
      options.folder, identity_stem(options.held_out), options.first, options.count,
      [&](int number) { draw_person(assets, options, number); }, progress, stop);
}

}  // namespace portrait
