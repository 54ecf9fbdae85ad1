// SPDX-License-Identifier: Apache-2.0
#include "core/nn/torch.h"

#include "app/cli/evaluation.h"
#include "app/cli/pose_figures.h"
#include "core/base/error.h"
#include "core/exporting/contact_sheet.h"
#include "core/image/write_image.h"
#include "core/nn/model_pack.h"
#include "core/photo/landmark_net.h"
#include "core/photo/landmarks68.h"
#include "core/photo/prepared_photo.h"
#include "core/training/cached_camera.h"
#include "core/training/portrait_cache.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <vector>

namespace portrait::cli {
namespace {

namespace fs = std::filesystem;
using Json = nlohmann::ordered_json;

constexpr double kNearFrontalDeg = 50;
constexpr std::array<float, 3> kFound = {0.2F, 1.0F, 0.3F};
constexpr std::array<float, 3> kTrue = {1.0F, 0.25F, 0.2F};

Image with_matte(const CachedPortrait& portrait) {
  Image rgba(kPortraitPx, kPortraitPx, 4);
  for (std::size_t i = 0; i < portrait.matte.pixels.size(); ++i) {
    std::copy_n(&portrait.photo.pixels[3 * i], 3, &rgba.pixels[4 * i]);
    rgba.pixels[4 * i + 3] = portrait.matte.pixels[i];
  }
  return rgba;
}

void draw_points(Image& picture, const Points2& points, const std::array<float, 3>& colour) {
  const int radius = std::max(1, picture.width / 256);
  for (const auto& p : points) {
    const int x0 = int(std::floor(p.x())), y0 = int(std::floor(p.y()));
    for (int y = std::max(0, y0 - radius); y <= std::min(picture.height - 1, y0 + radius); ++y) {
      for (int x = std::max(0, x0 - radius); x <= std::min(picture.width - 1, x0 + radius); ++x) {
        std::copy(colour.begin(), colour.end(), picture.at(x, y));
      }
    }
  }
}

// One row: portraits of some kind.
struct Row {
  const char* name;
  int portraits = 0, found = 0;
  std::vector<double> nme{}, pose{}, fov{};
};

double median(std::vector<double> values) {
  if (values.empty()) return 0;
  const auto middle = values.begin() + std::ptrdiff_t(values.size() / 2);
  std::nth_element(values.begin(), middle, values.end());
  return *middle;
}

Json row_json(const Row& row) {
  return {{"name", row.name},
          {"portraits", row.portraits},
          {"face_found", row.portraits > 0 ? double(row.found) / row.portraits : 0},
          {"nme_percent", mean(row.nme)},
          {"median_nme_percent", median(row.nme)},
          {"pose_error_deg", mean(row.pose)},
          {"median_pose_error_deg", median(row.pose)},
          {"fov_error_percent", mean(row.fov)}};
}

class Evaluation {
 public:
  Evaluation(const PrepareOptions& prepare, std::vector<LabelledImage>& sheet)
      : prepare_(prepare), sheet_(sheet) {}

  void measure(const CachedPortrait& portrait, int number, bool shown) {
    const Camera camera = cached_camera(portrait.camera);
    HeadPose truth;
    truth.camera = camera;
    describe_pose(truth);
    Points2 points;
    for (const auto& p : portrait.landmarks) points.emplace_back(p[0], p[1]);
    std::vector<Row*> rows = {&all_};
    if (std::abs(truth.yaw_deg) <= kNearFrontalDeg) rows.push_back(&near_frontal_);
    for (Row* row : rows) ++row->portraits;
    Image picture = portrait.photo;
    try {
      const PreparedPhoto photo = prepare_photo(with_matte(portrait), "portrait", prepare_);
      double nme = 0;
      for (std::size_t k = 0; k < points.size(); ++k) {
        nme += (photo.landmarks[k] - points[k]).norm() / double(points.size());
      }
      for (Row* row : rows) {
        ++row->found;
        row->nme.push_back(100 * nme / interocular(points));
        row->pose.push_back(angle_between_deg(camera, photo.pose.camera));
        row->fov.push_back(100 * std::abs(photo.pose.camera.focal_x / camera.focal_x - 1));
      }
      draw_points(picture, points, kTrue);
      draw_points(picture, photo.landmarks, kFound);
    } catch (const Error& e) {
      if (e.code() != ErrorCode::kNoFace) throw;
      draw_points(picture, points, kTrue);
    }
    if (shown) sheet_.push_back({picture, "portrait " + std::to_string(number)});
  }

  const Row& all() const { return all_; }
  const Row& near_frontal() const { return near_frontal_; }

 private:
  const PrepareOptions& prepare_;
  std::vector<LabelledImage>& sheet_;
  Row all_{"portraits"};
  Row near_frontal_{"turned at most 50 degrees"};
};

}  // namespace

Json evaluate_landmarks(const ModelPack& pack, const PortraitEvaluation& options,
                        const EvaluationProgress& progress, std::stop_token stop) {
  PrepareOptions prepare;
  prepare.landmark_net = load_landmark_net(pack);
  const std::vector<PortraitPlace> portraits = held_out_portraits(options);
  std::vector<LabelledImage> sheet;
  Evaluation evaluation(prepare, sheet);
  const auto count = int(portraits.size());
  for (int i = 0; i < count; ++i) {
    if (stop.stop_requested()) return {};
    const PortraitPlace& place = portraits[std::size_t(i)];
    evaluation.measure(read_portrait(place.file, place.index), i,
                       i < options.shown && !options.sheet.empty());
    progress(i + 1, count);
  }
  if (!options.sheet.empty()) {
    for (const fs::path& path : options.photos) {
      const PreparedPhoto photo = prepare_photo(path, prepare);
      Image picture = photo.crop;
      draw_points(picture, photo.crop_landmarks, kFound);
      sheet.push_back({picture, path.filename().string()});
    }
    ContactSheetOptions layout;
    layout.columns = 3;
    layout.cell_size = kPortraitPx;
    write_image(options.sheet, contact_sheet(sheet, layout));
  }
  return {{"portraits", count},
          {"rows", Json::array({row_json(evaluation.all()), row_json(evaluation.near_frontal())})},
          {"mean", row_json(evaluation.near_frontal())}};
}

}  // namespace portrait::cli
