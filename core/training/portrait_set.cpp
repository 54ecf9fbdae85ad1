// SPDX-License-Identifier: Apache-2.0
#include "core/training/portrait_set.h"

#include "core/base/error.h"
#include "core/base/files.h"
#include "core/base/thread_pool.h"
#include "core/image/resample.h"
#include "core/image/write_image.h"
#include "core/synth/numbered_subject.h"
#include "core/synth/photo_sample.h"
#include "core/synth/synth_assets.h"

#include <nlohmann/json.hpp>

#include <algorithm>
#include <chrono>
#include <cmath>
#include <mutex>
#include <string>
#include <vector>

namespace portrait {
namespace {

constexpr int kMostPortraits = 1000000;
constexpr int kSheetPx = 1536;  // width of a contact sheet, at most

std::string portrait_name(int subject, int photo) {
  return fmt::format("{:06}_{}", subject, photo);
}

nlohmann::json frame_of(const PhotoSample& photo, const std::string& name, int size) {
  // From x right, y down, z forward to x right, y up, z backward.
  Eigen::Matrix4d pose = photo.camera.world_from_camera;
  pose.col(1) *= -1;
  pose.col(2) *= -1;
  nlohmann::json matrix;
  for (int r = 0; r < 4; ++r) {
    matrix.push_back({pose(r, 0), pose(r, 1), pose(r, 2), pose(r, 3)});
  }
  nlohmann::json points;
  nlohmann::json world;
  for (const Landmark& landmark : photo.landmarks) {
    points.push_back({landmark.pixel.x(), landmark.pixel.y()});
    world.push_back({landmark.world.x(), landmark.world.y(), landmark.world.z()});
  }
  return {{"file_path", name + ".png"},
          {"mask_path", name + "_matte.png"},
          {"transform_matrix", matrix},
          {"fl_x", photo.camera.focal_x * size},
          {"fl_y", photo.camera.focal_y * size},
          {"cx", photo.camera.centre_x * size},
          {"cy", photo.camera.centre_y * size},
          {"w", size},
          {"h", size},
          {"yaw_deg", photo.yaw_deg},
          {"pitch_deg", photo.pitch_deg},
          {"roll_deg", photo.roll_deg},
          {"fov_deg", photo.fov_deg},
          {"landmarks", points},
          {"landmarks_world", world}};
}

// Distances along the rays to distances along the camera's axis, as fractions of 65535 steps.
Image stored_depth(const PhotoSample& photo) {
  const Image& depth = photo.depth;
  Image stored(depth.width, depth.height, 1);
  for (int y = 0; y < depth.height; ++y) {
    for (int x = 0; x < depth.width; ++x) {
      const double distance = *depth.at(x, y);
      if (!std::isfinite(distance)) continue;
      const Ray ray = camera_ray(photo.camera, (x + 0.5) / depth.width, (y + 0.5) / depth.height);
      const double along =
          distance * ray.direction.dot(photo.camera.world_from_camera.block<3, 1>(0, 2));
      *stored.at(x, y) =
          float(std::clamp(std::round(along / kPortraitDepthStep), 1.0, 65535.0) / 65535.0);
    }
  }
  return stored;
}

Image stored_normals(const Image& normals) {
  Image stored = normals;
  for (std::size_t i = 0; i + 2 < stored.pixels.size(); i += 3) {
    const float* n = &normals.pixels[i];
    if (n[0] == 0 && n[1] == 0 && n[2] == 0) continue;
    for (std::size_t k = 0; k < 3; ++k) stored.pixels[i + k] = 0.5F + 0.5F * n[k];
  }
  return stored;
}

// All portraits side by side; each thread writes cells of its own.
class ContactSheet {
 public:
  ContactSheet(int count, int size)
      : columns_(int(std::ceil(std::sqrt(double(count))))),
        cell_(std::clamp(kSheetPx / columns_, 1, size)),
        image_(columns_ * cell_, (count + columns_ - 1) / columns_ * cell_, 3) {}

  void put(int index, const Image& photo) {
    const Image small = resize(photo, cell_, cell_);
    const int left = index % columns_ * cell_;
    const int top = index / columns_ * cell_;
    for (int y = 0; y < cell_; ++y) {
      std::copy_n(small.at(0, y), std::size_t(cell_) * 3, image_.at(left, top + y));
    }
  }
  const Image& image() const { return image_; }

 private:
  int columns_;
  int cell_;
  Image image_;
};

class PortraitWriter {
 public:
  PortraitWriter(const PortraitSetOptions& options, const SynthAssets& assets)
      : options_(options), assets_(assets), frames_(std::size_t(options.count)) {
    if (!options.sheet.empty()) sheet_.emplace_back(options.count, options.size);
  }

  // Portraits of one subject, those that count.
  void write_subject(int ordinal) {
    const int subject = options_.first + ordinal;
    const SubjectMesh mesh =
        numbered_subject(assets_, subject, options_.seed, options_.held_out);
    PhotoOptions photo_options;
    photo_options.degrade = options_.degrade;
    photo_options.geometry = options_.geometry;
    const int photos = options_.photos_per_subject;
    for (int p = 0; p < photos && ordinal * photos + p < options_.count; ++p) {
      const RandomKey key{options_.seed,
                          random_purpose(options_.held_out ? "portraits held out" : "portraits"),
                          std::uint32_t(subject), std::uint32_t(p)};
      const PhotoSample photo = draw_photo(mesh, key, options_.size, photo_options);
      const std::string name = portrait_name(subject, p);
      const int index = ordinal * photos + p;
      write_pictures(photo, name);
      nlohmann::json& frame = frames_[std::size_t(index)];
      frame = frame_of(photo, name, options_.size);
      frame["subject"] = subject;
      frame["photo"] = p;
      if (options_.geometry) frame["depth_file_path"] = name + "_depth.png";
      for (ContactSheet& sheet : sheet_) sheet.put(index, photo.rgb);
    }
  }

  void finish() const {
    nlohmann::json all = {{"camera_model", "OPENCV"},
                          {"integer_depth_scale", kPortraitDepthStep},
                          {"centimetres_per_unit", kCentimetresPerUnit},
                          {"seed", options_.seed},
                          {"held_out", options_.held_out},
                          {"frames", frames_}};
    write_text_file(options_.folder / "transforms.json", all.dump(1) + "\n");
    for (const ContactSheet& sheet : sheet_) write_image(options_.sheet, sheet.image());
  }

 private:
  void write_pictures(const PhotoSample& photo, const std::string& name) const {
    // Noise does not get smaller with more effort, which would cost a tenth of the drawing.
    WriteOptions quick;
    quick.png_compression = 1;
    write_image(options_.folder / (name + ".png"), photo.rgb, quick);
    write_image(options_.folder / (name + "_matte.png"), photo.matte, quick);
    if (!options_.geometry) return;
    WriteOptions deep;
    deep.bits = 16;
    write_image(options_.folder / (name + "_depth.png"), stored_depth(photo), deep);
    write_image(options_.folder / (name + "_normals.png"), stored_normals(photo.normals));
  }

  const PortraitSetOptions& options_;
  const SynthAssets& assets_;
  std::vector<nlohmann::json> frames_;
  std::vector<ContactSheet> sheet_;  // none or one
};

void check_options(const PortraitSetOptions& o) {
  check(o.count >= 1 && o.count <= kMostPortraits, ErrorCode::kBadUsage,
        "{} portraits were asked for; 1 to {} can be written", o.count, kMostPortraits);
  check(o.size >= 32 && o.size <= 4096, ErrorCode::kBadUsage,
        "portraits of {} pixels were asked for; sizes are 32 to 4096", o.size);
  check(o.photos_per_subject >= 1, ErrorCode::kBadUsage,
        "{} photos per subject were asked for; it should be at least 1", o.photos_per_subject);
  check(o.first >= 0, ErrorCode::kBadUsage, "the first subject is {}; numbers start at 0", o.first);
}

}  // namespace

PortraitSetReport write_portrait_set(const PortraitSetOptions& options,
                                     const std::function<void(int done, int of)>& progress,
                                     std::stop_token stop) {
  check_options(options);
  const SynthAssets assets = SynthAssets::load(options.heads, options.hair);
  require_writable_folder(options.folder);
  const auto start = std::chrono::steady_clock::now();
  PortraitWriter writer(options, assets);
  std::mutex mutex;
  int done = 0;
  const int photos = options.photos_per_subject;
  // Subjects side by side; what a subject does in parallel is serial inside.
  parallel_for((options.count + photos - 1) / photos, 1, [&](std::int64_t begin, std::int64_t end) {
    for (std::int64_t s = begin; s < end && !stop.stop_requested(); ++s) {
      writer.write_subject(int(s));
      const std::lock_guard lock(mutex);
      done += std::min(photos, options.count - int(s) * photos);
      if (progress) progress(done, options.count);
    }
  });
  if (!stop.stop_requested()) writer.finish();
  const std::chrono::duration<double> taken = std::chrono::steady_clock::now() - start;
  return {done, taken.count()};
}

}  // namespace portrait
