// SPDX-License-Identifier: Apache-2.0
#include "core/training/subject_writer.h"

#include "core/base/random.h"
#include "core/camera/camera.h"
#include "core/camera/viewpoint_rig.h"
#include "core/prior/photo_lift.h"
#include "core/synth/render_subject.h"
#include "core/training/crop_camera.h"
#include "core/training/subject_cache.h"
#include "core/training/subject_hull.h"

#include <Eigen/Geometry>

#include <algorithm>
#include <cmath>
#include <limits>
#include <utility>
#include <vector>

namespace portrait {
namespace {

constexpr int kPhotoSize = 256;
constexpr int kViewSize = 512;
constexpr int kPatchesKept = 8;
constexpr int kPatchViews = 2;
constexpr float kGrey = 0.5F;

std::int16_t quantised(double coordinate) {
  return static_cast<std::int16_t>(
      std::lround(std::clamp(coordinate, -0.5, 0.5) * double(kPointScale)));
}

std::uint8_t byte_of(float value) {
  return static_cast<std::uint8_t>(std::lround(std::clamp(value, 0.0F, 1.0F) * 255.0F));
}

// RGB over grey, and alpha, as bytes.
void pack_rgba(const SubjectView& view, int left, int top, int size, std::uint8_t* out) {
  for (int y = top; y < top + size; ++y) {
    for (int x = left; x < left + size; ++x) {
      const float* rgb = view.rgb.at(x, y);
      for (int c = 0; c < 3; ++c) *out++ = byte_of(rgb[c]);
      *out++ = byte_of(*view.alpha.at(x, y));
    }
  }
}

Tensor bytes_tensor(at::IntArrayRef shape) { return at::empty(shape, at::kByte); }

class SubjectWriter {
 public:
  SubjectWriter(const SubjectMesh& subject, std::uint64_t seed, std::uint32_t index, int photos)
      : subject_(subject), seed_(seed), index_(index), photos_(photos) {}

  TensorMap tensors() {
    draw_photos();
    draw_hull();
    draw_occupancy();
    draw_patches();
    return std::move(out_);
  }

 private:
  RandomStream stream(const char* purpose) const {
    return RandomStream({seed_, random_purpose(purpose), index_, 0});
  }

  void draw_photos() {
    RandomStream random = stream("cache.photo");
    Tensor photos = bytes_tensor({photos_, kPhotoSize, kPhotoSize, 4});
    std::vector<Tensor> cameras;
    for (int i = 0; i < photos_; ++i) {
      const Camera camera = draw_crop_camera(random);
      SubjectRenderOptions options;
      options.specular = Specular::kViewer;
      options.background = Eigen::Vector3f::Constant(kGrey);
      const SubjectView view = render_subject(subject_, camera, kPhotoSize, options);
      pack_rgba(view, 0, 0, kPhotoSize,
                photos.data_ptr<std::uint8_t>() + std::size_t(i) * kPhotoSize * kPhotoSize * 4);
      cameras.push_back(camera_tensor(camera));
    }
    out_["photos"] = photos;
    out_["cameras"] = at::stack(cameras);
  }

  void draw_hull() {
    RandomStream random = stream("cache.surface");
    SubjectRenderOptions options;
    options.supersampling = 1;
    for (const Camera& camera : hull_cameras()) {
      hull_.push_back({camera, render_subject(subject_, camera, kHullSize, options)});
      const SubjectView& view = hull_.back().view;
      for (int y = 0; y < kHullSize; ++y) {
        for (int x = 0; x < kHullSize; ++x) {
          const float depth = *view.depth.at(x, y);
          if (!std::isfinite(depth) || !random.chance(0.5)) continue;
          const Ray ray = camera_ray(camera, (x + 0.5) / kHullSize, (y + 0.5) / kHullSize);
          surface_.emplace_back(ray.origin + double(depth) * ray.direction);
          const float* rgb = view.rgb.at(x, y);
          colours_.insert(colours_.end(), {byte_of(rgb[0]), byte_of(rgb[1]), byte_of(rgb[2])});
        }
      }
    }
    const auto count = static_cast<std::int64_t>(surface_.size());
    Tensor points = at::empty({count, 3}, at::kShort);
    Tensor rgb = bytes_tensor({count, 3});
    std::copy(colours_.begin(), colours_.end(), rgb.data_ptr<std::uint8_t>());
    auto* p = points.data_ptr<std::int16_t>();
    for (const auto& s : surface_) {
      for (int axis = 0; axis < 3; ++axis) *p++ = quantised(s[axis]);
    }
    out_["surface_points"] = points;
    out_["surface_rgb"] = rgb;
  }

  void draw_occupancy() {
    constexpr std::int64_t kCount = 32768;
    RandomStream random = stream("cache.occupancy");
    Tensor points = at::empty({kCount, 3}, at::kShort);
    Tensor inside = bytes_tensor({kCount});
    auto* p = points.data_ptr<std::int16_t>();
    auto* label = inside.data_ptr<std::uint8_t>();
    for (std::int64_t i = 0; i < kCount; ++i) {
      Eigen::Vector3d point;
      if (i % 4 == 0) {
        point = Eigen::Vector3d(random.uniform(), random.uniform(), random.uniform()).array() - 0.5;
      } else {
        const int pick = random.integer(0, static_cast<int>(surface_.size()) - 1);
        const double spread = i % 4 == 1 ? 0.05 : 0.012;
        point = surface_[pick] + spread * Eigen::Vector3d(random.normal(), random.normal(),
                                                          random.normal());
        point = point.cwiseMax(-0.5).cwiseMin(0.5);
      }
      for (int axis = 0; axis < 3; ++axis) *p++ = quantised(point[axis]);
      *label++ = inside_hull(hull_, point) ? 1 : 0;
    }
    out_["occupancy_points"] = points;
    out_["occupancy"] = inside;
  }

  void draw_patches() {
    RandomStream random = stream("cache.patches");
    std::vector<Tensor> pictures, places, depths, cameras;
    for (int i = 0; i < kPatchViews; ++i) {
      const Camera camera =
          rig_camera({i == 0 ? random.normal(0, 40) : random.uniform(-180, 180),
                      random.uniform(-25, 40)});
      SubjectRenderOptions options;
      options.background = Eigen::Vector3f::Constant(kGrey);
      const SubjectView view = render_subject(subject_, camera, kViewSize, options);
      for (int k = 0; k < kPatchesKept / kPatchViews; ++k) {
        // The best of four places keeps patches on the head.
        int left = 0, top = 0;
        float best = -1;
        for (int attempt = 0; attempt < 4; ++attempt) {
          const int x = 4 * random.integer(0, (kViewSize - kPatchSize) / 4);
          const int y = 4 * random.integer(0, (kViewSize - kPatchSize) / 4);
          float covered = 0;
          for (int v = 8; v < kPatchSize; v += 16) {
            for (int u = 8; u < kPatchSize; u += 16) covered += *view.alpha.at(x + u, y + v);
          }
          if (covered > best) {
            best = covered;
            left = x;
            top = y;
          }
        }
        add_patch(view, camera, left, top, pictures, places, depths, cameras);
      }
    }
    out_["patches"] = at::stack(pictures);
    out_["patch_points"] = at::stack(places);
    out_["patch_depth"] = at::stack(depths);
    out_["patch_cameras"] = at::stack(cameras);
  }

  void add_patch(const SubjectView& view, const Camera& camera, int left, int top,
                 std::vector<Tensor>& pictures, std::vector<Tensor>& places,
                 std::vector<Tensor>& depths, std::vector<Tensor>& cameras) const {
    Tensor picture = bytes_tensor({kPatchSize, kPatchSize, 4});
    pack_rgba(view, left, top, kPatchSize, picture.data_ptr<std::uint8_t>());
    Tensor place = at::full({kPatchPoints, kPatchPoints, 3}, kNoPoint, at::kShort);
    Tensor depth_map = at::zeros({kPatchPoints, kPatchPoints}, at::kFloat);
    auto* p = place.data_ptr<std::int16_t>();
    auto* d = depth_map.data_ptr<float>();
    for (int y = 0; y < kPatchPoints; ++y) {
      for (int x = 0; x < kPatchPoints; ++x, p += 3, ++d) {
        // The centre of a ray of the 128 image falls on the corner of four pixels of the 512 one:
        // the nearest of their four depths, at the ray's own direction.
        const int px = left + 4 * x + 1;
        const int py = top + 4 * y + 1;
        float depth = std::numeric_limits<float>::infinity();
        for (int v = 0; v < 2; ++v) {
          for (int u = 0; u < 2; ++u) depth = std::min(depth, *view.depth.at(px + u, py + v));
        }
        if (!std::isfinite(depth)) continue;
        const Ray ray = camera_ray(camera, (px + 1.0) / kViewSize, (py + 1.0) / kViewSize);
        const Eigen::Vector3d point = ray.origin + double(depth) * ray.direction;
        for (int axis = 0; axis < 3; ++axis) p[axis] = quantised(point[axis]);
        *d = depth;
      }
    }
    pictures.push_back(picture);
    places.push_back(place);
    depths.push_back(depth_map.to(at::kHalf));
    cameras.push_back(at::cat({camera_tensor(camera), at::tensor({float(left), float(top)})}));
  }

  const SubjectMesh& subject_;
  std::uint64_t seed_;
  std::uint32_t index_;
  int photos_;
  std::vector<DepthView> hull_;
  std::vector<Eigen::Vector3d> surface_;
  std::vector<std::uint8_t> colours_;
  TensorMap out_;
};

}  // namespace

TensorMap draw_subject_tensors(const SubjectMesh& subject, std::uint64_t seed, std::uint32_t index,
                               int photos) {
  return SubjectWriter(subject, seed, index, photos).tensors();
}

}  // namespace portrait
