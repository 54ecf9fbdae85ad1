// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/field/field.h"
#include "core/nn/torch.h"

#include <Eigen/Core>
#include <nlohmann/json_fwd.hpp>

#include <array>

namespace portrait {

// The frame of a prior of other makers, and where its head stands in our world:
//   ours = scale * flips * theirs + offset.
struct PriorFrame {
  double half_extent = 0.5;  // of their cube, in their units ("box_warp" / 2)
  std::array<PlaneAxes, 3> planes = FieldFrame().planes;
  std::array<int, 3> flips = {1, 1, 1};  // 1 or -1
  double scale = 1;
  Eigen::Vector3d offset = Eigen::Vector3d::Zero();
};

// `frame`, placed as a network's configuration says where it says so: "world_scale", a number above
// 0, and "world_offset", [x, y, z] in our units, none of them larger than half the placed cube.
// Throws kCorrupt naming the key.
PriorFrame told_frame(PriorFrame frame, const nlohmann::json& config);

// A head in our world from planes [3,32,R,R] in theirs. It fills a cube round our origin as large
// as theirs, so that everything that looks at fields does so by one number:
// - planes are moved by whole texels, the nearest to `offset`, zeros coming in as they lie outside
//   any plane: look-ups stay what they were, to the bit of the arithmetic;
// - densities are per unit of length, so that s becomes 1 + (s - 1) / scale: exact where matter is
//   solid and where there is none; between, softplus(c x) is c softplus(x) to 0.7 |c - 1|.
// The decoder's other rows and super-resolution stay as they are.
Field placed_head(const Tensor& planes, const Decoder& decoder, const SuperResolution& sr,
                  const PriorFrame& frame);

// What `offset` comes to: whole texels of planes of that many.
Eigen::Vector3d placed_offset(const PriorFrame& frame, std::int64_t texels);

// Planes [..., R, R] at half their resolution, by means of 2 x 2: each new texel has what the old
// planes give at its centre.
Tensor halved_planes(const Tensor& planes);

}  // namespace portrait
