// SPDX-License-Identifier: Apache-2.0
#include "core/photo/align.h"

#include "core/image/fit_similarity.h"
#include "core/photo/landmarks68.h"

#include <Eigen/Geometry>

#include <algorithm>
#include <vector>

namespace portrait {
namespace {

// Points that tell where the head is as a whole: the face, and the skull's outline, so that a
// near lens, which enlarges the nose, does not push the skull out of the frame.
std::vector<Eigen::Vector3d> anchor_points() {
  const auto& mean = mean_landmarks();
  std::vector<Eigen::Vector3d> points(mean.begin(), mean.end());
  for (int i = 0; i < 8; ++i) {
    points.insert(points.end(), {{0, 0.38, 0.02},        // top of the skull
                                 {0, 0.20, -0.22},       // its back
                                 {-0.20, 0.16, -0.02},   // its sides
                                 {0.20, 0.16, -0.02}});
  }
  return points;
}

}  // namespace

Camera camera_of_crop(const Camera& camera, int width, int height, const Affine2& crop_from_photo,
                      int size) {
  const double scale = scale_of(crop_from_photo);
  const Eigen::Matrix2d turn = crop_from_photo.leftCols<2>() / scale;
  Camera out = camera;
  // x_crop = s R (K_photo d) + t: the turn moves into the camera's axes, for it commutes with
  // square pixels; the rest is focal length and principal point.
  out.world_from_camera.block<3, 2>(0, 0) =
      camera.world_from_camera.block<3, 2>(0, 0) * turn.transpose();
  out.focal_x = scale * camera.focal_x * width / size;
  out.focal_y = scale * camera.focal_y * height / size;
  const Eigen::Vector2d centre =
      apply(crop_from_photo, {camera.centre_x * width, camera.centre_y * height});
  out.centre_x = centre.x() / size;
  out.centre_y = centre.y() / size;
  return out;
}

Alignment align_head(const Camera& photo_camera, int photo_width, int photo_height, int size) {
  // The rig looks at the origin from where the photo's camera stands, upright.
  const Camera rig = rig_camera(viewpoint_of(photo_camera));
  Points2 in_photo;
  Points2 in_crop;
  for (const Eigen::Vector3d& point : anchor_points()) {
    const Projection a = project(photo_camera, point);
    const Projection b = project(rig, point);
    in_photo.emplace_back(a.u * photo_width, a.v * photo_height);
    in_crop.emplace_back(b.u * size, b.v * size);
  }
  Alignment out;
  out.size = size;
  out.crop_from_photo = fit_similarity(in_photo, in_crop);
  out.photo_from_crop = invert(out.crop_from_photo);
  out.crop_camera =
      camera_of_crop(photo_camera, photo_width, photo_height, out.crop_from_photo, size);
  return out;
}

Image cut_crop(const Image& photo, const Alignment& alignment) {
  return warp_affine(photo, alignment.photo_from_crop, alignment.size, alignment.size);
}

}  // namespace portrait
