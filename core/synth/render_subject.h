// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/base/image.h"
#include "core/camera/camera.h"
#include "core/synth/subject_mesh.h"

#include <Eigen/Core>

#include <array>
#include <cstdint>
#include <optional>
#include <vector>

namespace portrait {

struct SubjectRenderOptions {
  int supersampling = 2;  // n x n samples per pixel for colour and alpha
  Specular specular = Specular::kNone;
  // Colour that rgb is blended over; without it rgb holds the foreground's own colour
  // (not premultiplied), zero where alpha is zero.
  std::optional<Eigen::Vector3f> background;  // sRGB-encoded
  bool colour = true;  // false: rgb stays empty (alpha, depth, normals, part only)
  // false: depth, normals and part stay empty and no landmark is marked visible, which spares a
  // third of the drawing where only a picture is wanted.
  bool geometry = true;
};

struct Landmark {
  Eigen::Vector2f pixel;  // pixel coordinates, pixel centres at half integers
  Eigen::Vector3f world;
  bool visible = false;  // inside the frame and not hidden by another surface
};

// What a camera sees. All images have the same size; row 0 is the top.
struct SubjectView {
  Image rgb;      // 3 channels, sRGB-encoded [0, 1]
  Image alpha;    // 1 channel, coverage [0, 1]
  Image depth;    // 1 channel, distance along the unit ray at the pixel's centre, world units;
                  // infinity where empty
  Image normals;  // 3 channels, world, unit, turned to the viewer; zero where empty
  std::vector<Part> part;  // height * width, at the pixel's centre
  std::array<Landmark, 68> landmarks;
};

// Same subject, camera and options: same bytes, whatever the number of threads.
// The camera must stand outside the cube. size in pixels, width == height == size.
SubjectView render_subject(const SubjectMesh& subject, const Camera& camera, int size,
                           const SubjectRenderOptions& options = {});

}  // namespace portrait
