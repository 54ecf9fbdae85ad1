// SPDX-License-Identifier: Apache-2.0
#include "core/training/heldout.h"

#include "core/base/error.h"
#include "core/base/files.h"
#include "core/image/read_image.h"

#include <nlohmann/json.hpp>

#include <algorithm>

namespace portrait {
namespace fs = std::filesystem;
namespace {

Camera camera_of_json(const nlohmann::json& json) {
  Camera camera;
  camera.focal_x = camera.focal_y = json.at("focal").get<double>();
  const auto& matrix = json.at("world_from_camera");
  for (int i = 0; i < 16; ++i) {
    camera.world_from_camera(i / 4, i % 4) = matrix.at(std::size_t(i)).get<double>();
  }
  return camera;
}

void check_scales(const nlohmann::json& json, const fs::path& file) {
  const auto& depth = json.at("depth");
  check(json.at("size").get<int>() == HeldoutFormat::kSize &&
            depth.at("size").get<int>() == HeldoutFormat::kDepthSize &&
            depth.at("offset").get<double>() == HeldoutFormat::kDepthOffset &&
            depth.at("step").get<double>() == HeldoutFormat::kDepthStep,
        ErrorCode::kCorrupt,
        "\"{}\" states another size or depth scale than its format has; draw the set again",
        file.string());
}

}  // namespace

std::string heldout_photo_name(const std::string& subject, double fov_deg) {
  return fmt::format("{}/photo_fov{:02.0f}.webp", subject, fov_deg);
}

HeldoutSet HeldoutSet::open(const fs::path& folder) {
  const fs::path file = folder / "heldout.json";
  check(fs::exists(file), ErrorCode::kNotFound,
        "There is no held-out set in \"{}\" (no heldout.json); the one that ships is "
        "tests/data/heldout",
        folder.string());
  HeldoutSet set;
  set.folder_ = folder;
  try {
    const auto json = nlohmann::json::parse(read_text_file(file));
    const int format = json.at("format").get<int>();
    check(format == kHeldoutSetFormat, ErrorCode::kUnsupported,
          "\"{}\" has format {}; this program reads format {}", file.string(), format,
          kHeldoutSetFormat);
    check_scales(json, file);
    for (const auto& view : json.at("views")) {
      set.viewpoints_.push_back(
          {view.at("azimuth_deg").get<double>(), view.at("elevation_deg").get<double>()});
      set.standard_.push_back(view.at("standard").get<bool>());
    }
    for (const auto& subject : json.at("subjects")) {
      set.subjects_.push_back({subject.at("name").get<std::string>(),
                               subject.at("nearest_head").at("name").get<std::string>()});
    }
    for (const auto& photo : json.at("photos")) {
      const auto name = photo.at("subject").get<std::string>();
      const auto subject = std::find_if(set.subjects_.begin(), set.subjects_.end(),
                                        [&](const Subject& s) { return s.name == name; });
      check(subject != set.subjects_.end(), ErrorCode::kCorrupt,
            "\"{}\" has a photo of \"{}\", who is none of its subjects", file.string(), name);
      set.photos_.push_back({static_cast<int>(subject - set.subjects_.begin()),
                             photo.at("fov_deg").get<double>(), camera_of_json(photo)});
    }
  } catch (const nlohmann::json::exception& problem) {
    fail(ErrorCode::kCorrupt, "\"{}\" is malformed: {}", file.string(), problem.what());
  }
  check(!set.subjects_.empty() && !set.viewpoints_.empty(), ErrorCode::kCorrupt,
        "\"{}\" lists no subjects or no views", file.string());
  return set;
}

int HeldoutSet::find_view(double azimuth_deg, double elevation_deg) const {
  for (std::size_t i = 0; i < viewpoints_.size(); ++i) {
    if (viewpoints_[i].azimuth_deg == azimuth_deg &&
        viewpoints_[i].elevation_deg == elevation_deg) {
      return static_cast<int>(i);
    }
  }
  fail(ErrorCode::kCorrupt, "The held-out set \"{}\" has no view at azimuth {}, elevation {}",
       folder_.string(), azimuth_deg, elevation_deg);
}

std::vector<int> HeldoutSet::quoted_views() const {
  std::vector<int> views;
  for (const double azimuth : kQuotedAzimuths) views.push_back(find_view(azimuth, 0));
  return views;
}

HeldoutView HeldoutSet::view(int subject, int view) const {
  return read_heldout_view(folder_ / name(subject), viewpoints_.at(std::size_t(view)));
}

HeldoutView HeldoutSet::mean_view(int view) const {
  return read_heldout_view(folder_ / kMeanHeadFolder, viewpoints_.at(std::size_t(view)));
}

HeldoutView HeldoutSet::nearest_view(int subject, int view) const {
  return read_heldout_view(folder_ / nearest_name(subject), viewpoints_.at(std::size_t(view)));
}

Image HeldoutSet::photo(int photo) const {
  const HeldoutPhoto& wanted = photos_.at(std::size_t(photo));
  const fs::path file = folder_ / heldout_photo_name(name(wanted.subject), wanted.fov_deg);
  Image rgba = read_image(file).image;
  check(rgba.width == kHeldoutPhotoPx && rgba.height == kHeldoutPhotoPx && rgba.channels == 4,
        ErrorCode::kCorrupt, "\"{}\" is not a {} x {} picture with alpha", file.string(),
        kHeldoutPhotoPx, kHeldoutPhotoPx);
  return rgba;
}

}  // namespace portrait
