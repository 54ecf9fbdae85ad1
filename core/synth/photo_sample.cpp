// SPDX-License-Identifier: Apache-2.0
#include "core/synth/photo_sample.h"

#include "core/synth/photo_background.h"
#include "core/synth/photo_faults.h"

#include <algorithm>
#include <cmath>

namespace portrait {
namespace {

// The same key, another purpose: background and faults do not shift with the camera's draws.
RandomKey with_purpose(const RandomKey& key, std::string_view name) {
  RandomKey other = key;
  other.purpose ^= random_purpose(name);
  return other;
}

struct Pose {
  double yaw_deg, pitch_deg, roll_deg, fov_deg;
  RigOptions rig;
};

Pose draw_pose(const RandomKey& key, const PhotoOptions& options) {
  RandomStream random(with_purpose(key, "synth.photo.camera"));
  const auto spread = [&](double limit) {
    // Two thirds near the middle, the rest evenly up to the limit and, seldom, beyond.
    if (random.chance(0.06)) return random.uniform(-1.35, 1.35) * limit;
    if (random.chance(0.3)) return random.uniform(-1, 1) * limit;
    return std::clamp(random.normal(0, 0.4), -1.0, 1.0) * limit;
  };
  Pose pose;
  pose.yaw_deg = spread(options.yaw_deg);
  pose.pitch_deg = spread(options.pitch_deg);
  pose.roll_deg = spread(options.roll_deg);
  pose.fov_deg =
      std::exp(random.uniform(std::log(options.fov_low_deg), std::log(options.fov_high_deg)));
  // The head with its hair is about 0.68 units tall: it fills this share of the frame's height.
  const double share = random.uniform(0.58, 0.98);
  const double tangent = std::tan(pose.fov_deg * 3.14159265358979 / 360);
  pose.rig.radius = std::max(0.68 / (2 * tangent * share), 0.95);
  pose.rig.focal = focal_of_fov(pose.fov_deg);
  pose.rig.roll_deg = pose.roll_deg;
  // The bust ends at the cube's bottom: the frame ends above it, as if the body went on.
  const double half_frame = tangent * pose.rig.radius;
  const double lowest = half_frame - kFieldHalfExtent + 0.03;
  pose.rig.pivot = {random.normal(0, 0.04), std::max(0.08 + random.normal(0, 0.05), lowest), 0.02};
  return pose;
}

}  // namespace

Camera draw_photo_camera(const RandomKey& key, const PhotoOptions& options) {
  const Pose pose = draw_pose(key, options);
  return rig_camera({pose.yaw_deg, pose.pitch_deg}, pose.rig);
}

PhotoSample draw_photo(const SubjectMesh& subject, const RandomKey& key, int size,
                       const PhotoOptions& options) {
  const Pose pose = draw_pose(key, options);
  PhotoSample photo;
  photo.camera = rig_camera({pose.yaw_deg, pose.pitch_deg}, pose.rig);
  photo.yaw_deg = pose.yaw_deg;
  photo.pitch_deg = pose.pitch_deg;
  photo.roll_deg = pose.roll_deg;
  photo.fov_deg = pose.fov_deg;
  SubjectRenderOptions render;
  render.supersampling = options.supersampling;
  render.specular = Specular::kViewer;
  render.geometry = options.geometry;
  SubjectView view = render_subject(subject, photo.camera, size, render);
  photo.landmarks = view.landmarks;
  photo.rgb = draw_background(with_purpose(key, "synth.photo.background"), size);
  for (std::size_t i = 0; i < view.alpha.pixels.size(); ++i) {
    const float a = view.alpha.pixels[i];
    for (std::size_t k = 0; k < 3; ++k) {
      float& to = photo.rgb.pixels[3 * i + k];
      to += a * (view.rgb.pixels[3 * i + k] - to);
    }
  }
  photo.matte = std::move(view.alpha);
  photo.depth = std::move(view.depth);
  photo.normals = std::move(view.normals);
  photo.clean = std::move(view.rgb);
  if (options.degrade) add_photo_faults(with_purpose(key, "synth.photo.faults"), photo.rgb);
  return photo;
}

}  // namespace portrait
