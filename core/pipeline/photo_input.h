// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/base/image.h"
#include "core/camera/camera.h"

#include <Eigen/Core>
#include <nlohmann/json_fwd.hpp>

#include <string>
#include <vector>

namespace portrait {

// The photo as the pipeline takes it in: the canonical crop and what is known of it.
struct PhotoInput {
  Image crop;     // S x S RGB, sRGB-encoded, as photographed; S a multiple of 4, 512 as a rule
  Image target;   // the same over the constant background, the rim freed of the old one
  Image matte;    // S x S, one channel
  Camera camera;  // of the crop
  float background = 0.5F;
  // The 68 points of the face in pixels of the crop; empty: not known (older projects).
  std::vector<Eigen::Vector2d> landmarks{};
};

// SHA-256 of all of it that decides what becomes of a first head: target, matte, camera and
// background.
std::string photo_hash(const PhotoInput& photo);

// Landmarks as a list of [x, y], to the bit. Throws kCorrupt (not 68 of them), and what JSON throws
// that is no list of pairs of numbers.
nlohmann::json landmarks_to_json(const std::vector<Eigen::Vector2d>& landmarks);
std::vector<Eigen::Vector2d> landmarks_from_json(const nlohmann::json& list);

}  // namespace portrait
