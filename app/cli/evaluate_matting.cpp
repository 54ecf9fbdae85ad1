// SPDX-License-Identifier: Apache-2.0
#include "core/nn/torch.h"

#include "app/cli/evaluation.h"
#include "core/base/error.h"
#include "core/exporting/contact_sheet.h"
#include "core/image/resample.h"
#include "core/image/write_image.h"
#include "core/metrics/image_metrics.h"
#include "core/metrics/matte_metrics.h"
#include "core/nn/model_pack.h"
#include "core/photo/align.h"
#include "core/photo/landmark_net.h"
#include "core/photo/matte_net.h"
#include "core/photo/matting.h"
#include "core/photo/prepared_photo.h"
#include "core/training/cached_camera.h"
#include "core/training/portrait_cache.h"

#include <algorithm>
#include <array>
#include <chrono>
#include <vector>

namespace portrait::cli {
namespace {

namespace fs = std::filesystem;
using Json = nlohmann::ordered_json;

constexpr int kSize = 512;

// One way of cutting out, over all portraits.
struct Row {
  const char* name;
  MattingOptions options;
  double iou = 0, difference = 0, gradient = 0, seconds = 0;
  double worst_iou = 1;
};

struct Crop {
  Image picture, coverage, truth;
  Camera camera;
};

// The canonical crop of a cached portrait by its exact camera, as photo intake cuts it.
Crop crop_of(const CachedPortrait& portrait) {
  const Alignment alignment =
      align_head(cached_camera(portrait.camera), kPortraitPx, kPortraitPx, kSize);
  Crop crop;
  crop.camera = alignment.crop_camera;
  crop.picture = cut_crop(portrait.photo, alignment);
  crop.coverage = warp_coverage(kPortraitPx, kPortraitPx, alignment.photo_from_crop, kSize, kSize);
  crop.truth = cut_crop(portrait.matte, alignment);
  for (std::size_t i = 0; i < crop.truth.pixels.size(); ++i) {
    crop.truth.pixels[i] = std::clamp(crop.truth.pixels[i], 0.0F, 1.0F) * crop.coverage.pixels[i];
  }
  return crop;
}

// Over a green that neither skin nor hair nor most clothes have, so that every rim shows.
Image over_green(const Image& crop, const Image& matte) {
  constexpr std::array<float, 3> kGreen = {0.1F, 0.75F, 0.2F};
  Image out = foreground_colours(crop, matte);
  for (std::size_t i = 0; i < matte.pixels.size(); ++i) {
    for (std::size_t c = 0; c < 3; ++c) {
      float& v = out.pixels[3 * i + c];
      v = kGreen[c] + matte.pixels[i] * (v - kGreen[c]);
    }
  }
  return out;
}

Image measure(Row& row, const Crop& crop) {
  const auto begin = std::chrono::steady_clock::now();
  Image matte = matte_person(crop.picture, crop.camera, crop.coverage, row.options);
  row.seconds += std::chrono::duration<double>(std::chrono::steady_clock::now() - begin).count();
  const double iou = mask_iou(matte, crop.truth);
  row.iou += iou;
  row.worst_iou = std::min(row.worst_iou, iou);
  row.difference += matte_difference(matte, crop.truth);
  row.gradient += matte_gradient_error(matte, crop.truth);
  return matte;
}

Json row_json(const Row& row, int portraits) {
  return {{"name", row.name},
          {"mask_iou", row.iou / portraits},
          {"worst_mask_iou", row.worst_iou},
          {"mae", row.difference / portraits},
          {"gradient_error", row.gradient / portraits},
          {"seconds", row.seconds / portraits}};
}

void show_photo(const fs::path& path, const ModelPack& pack, const std::vector<Row>& rows,
                std::vector<LabelledImage>& pictures) {
  PrepareOptions options;
  if (pack.has("landmarks")) options.landmark_net = load_landmark_net(pack);
  options.matte_net = rows.front().options.net;
  const PreparedPhoto photo = prepare_photo(path, options);
  const Image coverage = warp_coverage(photo.photo.width, photo.photo.height,
                                       photo.alignment.photo_from_crop, kSize, kSize);
  pictures.push_back({photo.crop, path.filename().string()});
  for (const Row& row : rows) {
    const Image matte = matte_person(photo.crop, photo.crop_camera, coverage, row.options);
    pictures.push_back({over_green(photo.crop, matte), row.name});
  }
}

}  // namespace

Json evaluate_matting(const ModelPack& pack, const PortraitEvaluation& options,
                      const EvaluationProgress& progress, std::stop_token stop) {
  std::vector<Row> rows(2);
  rows[0].name = "network";
  rows[0].options.net = load_matte_net(pack);
  rows[1].name = "grabcut";
  const std::vector<PortraitPlace> portraits = held_out_portraits(options);
  const auto count = int(portraits.size());
  std::vector<LabelledImage> pictures;
  for (int i = 0; i < count; ++i) {
    if (stop.stop_requested()) return {};
    const PortraitPlace& place = portraits[std::size_t(i)];
    const Crop crop = crop_of(read_portrait(place.file, place.index));
    const bool shown = i < options.shown && !options.sheet.empty();
    if (shown) pictures.push_back({crop.picture, "portrait " + std::to_string(i)});
    for (Row& row : rows) {
      const Image matte = measure(row, crop);
      if (shown) pictures.push_back({over_green(crop.picture, matte), row.name});
    }
    progress(i + 1, count);
  }
  if (!options.sheet.empty()) {
    for (const fs::path& photo : options.photos) show_photo(photo, pack, rows, pictures);
    ContactSheetOptions sheet;
    sheet.columns = 1 + int(rows.size());
    sheet.cell_size = kSize;
    write_image(options.sheet, contact_sheet(pictures, sheet));
  }
  Json list = Json::array();
  for (const Row& row : rows) list.push_back(row_json(row, count));
  return {{"portraits", count},
          {"rows", list},
          {"mean", row_json(rows.front(), count)}};
}

}  // namespace portrait::cli
