// SPDX-License-Identifier: Apache-2.0
#include "core/nn/torch.h"

#include "core/session/export_sources.h"

#include "core/image/resample.h"
#include "core/photo/align.h"
#include "core/pipeline/pipeline.h"
#include "core/project/formation.h"
#include "core/session/export_request.h"
#include "core/session/textured_head.h"

#include <nlohmann/json.hpp>

#include <algorithm>
#include <cmath>
#include <utility>

namespace portrait {
namespace {

// Beyond that the crop of a photo of 24 megapixels would take 800 MB.
constexpr int kLargestSide = 6144;

int side_of_photo(const ProjectInfo& info, int crop) {
  const Alignment alignment =
      align_head(info.photo_camera, info.photo.width, info.photo.height, crop);
  const double pixels = crop * scale_of(alignment.photo_from_crop);
  return std::clamp(int(std::lround(pixels)), crop, kLargestSide);
}

}  // namespace

BakeView photo_bake_view(const PhotoInput& input, const ProjectInfo& info) {
  const int side = info.photo.empty() ? input.crop.width : side_of_photo(info, input.crop.width);
  const bool finer = side > input.crop.width;
  const Image rgb = finer ? cut_crop(info.photo, align_head(info.photo_camera, info.photo.width,
                                                            info.photo.height, side))
                          : input.crop;
  const Image matte = finer ? resize(input.matte, side, side) : input.matte;
  BakeView out{input.camera, Image(side, side, 4), true};
  for (std::size_t i = 0; i < matte.pixels.size(); ++i) {
    std::copy_n(rgb.pixels.data() + 3 * i, 3, out.rgba.pixels.data() + 4 * i);
    out.rgba.pixels[4 * i + 3] = matte.pixels[i];
  }
  return out;
}

ExportSources export_sources(const Pipeline& pipeline, const ProjectInfo& info,
                             const Formation& formation, const ExportRequest& request) {
  ExportSources out;
  if (shows_colours(request)) {
    out.photo = photo_bake_view(pipeline.photo(), info);
    out.extras_json = nlohmann::json{{"seed", pipeline.seed()},
                                     {"photo", info.photo_name},
                                     {"settings", pipeline.settings().changed_json()}}
                          .dump();
  }
  if (request.formation_film) out.moments = formation.line(formation.tip);
  return out;
}

}  // namespace portrait
