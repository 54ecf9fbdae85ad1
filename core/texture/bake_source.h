// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/base/image.h"
#include "core/camera/camera.h"
#include "core/mesh/triangle_mesh.h"

#include <Eigen/Core>

namespace portrait {

// A picture of the head that a texture takes its colours from.
struct BakeView {
  Camera camera;
  Image rgba;          // sRGB-encoded, alpha = what of it is the head, not premultiplied
  bool leads = false;  // the photo: where it sees the surface well, the others say nothing
};

// A view made ready: its colours in two bands, and how well it shows each place of the mesh.
class BakeSource {
 public:
  // Colours coarser than this (Gaussian sigma, world units: 3 mm) are mixed broadly, finer ones
  // taken from the view that shows a place best (two bands of Burt and Adelson, "A multiresolution
  // spline with application to image mosaics", 1983): differences of light between views make no
  // seam, and details no double image.
  static constexpr double kBandSigma = 0.0075;

  // Throws kBadUsage when the picture has no alpha.
  BakeSource(BakeView view, const TriangleMesh& mesh);

  struct Look {
    double u = 0, v = 0;  // in the picture, [0, 1]
    float solidity = 0;   // [0, 1]: 0 hidden, outside, or at an outline; 1 well inside the surface
    float facing = 0;     // cosine between the line of sight and the normal
  };
  // normal: unit length.
  Look look(const Eigen::Vector3f& place, const Eigen::Vector3f& normal) const;

  struct Bands {
    Eigen::Vector3f coarse, fine;  // their sum is the picture
  };
  Bands bands(const Look& look) const;

  bool leads() const { return view_.leads; }
  // Position in pixels of the picture.
  Eigen::Vector2d pixel(const Eigen::Vector3f& place) const;

 private:
  BakeView view_;
  Image depth_;     // of the mesh
  Image solidity_;  // of the size of depth_
  Image coarse_;    // RGB and its weight, maybe of fewer pixels
};

}  // namespace portrait
