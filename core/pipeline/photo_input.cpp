// SPDX-License-Identifier: Apache-2.0
#include "core/pipeline/photo_input.h"

#include "core/base/error.h"
#include "core/base/files.h"
#include "core/pipeline/camera_json.h"

#include <nlohmann/json.hpp>

#include <span>

namespace portrait {
namespace {

constexpr std::size_t kLandmarks = 68;

}  // namespace

std::string photo_hash(const PhotoInput& photo) {
  const std::string camera = camera_to_json(photo.camera).dump();
  std::string parts;
  for (const auto bytes :
       {std::as_bytes(std::span(photo.target.pixels)), std::as_bytes(std::span(photo.matte.pixels)),
        std::as_bytes(std::span(camera)), std::as_bytes(std::span(&photo.background, 1))}) {
    parts += sha256_hex(bytes);
  }
  return sha256_hex(std::as_bytes(std::span(parts)));
}

nlohmann::json landmarks_to_json(const std::vector<Eigen::Vector2d>& landmarks) {
  auto list = nlohmann::json::array();
  for (const Eigen::Vector2d& point : landmarks) list.push_back({point.x(), point.y()});
  return list;
}

std::vector<Eigen::Vector2d> landmarks_from_json(const nlohmann::json& list) {
  std::vector<Eigen::Vector2d> landmarks;
  for (const nlohmann::json& point : list) {
    landmarks.emplace_back(point.at(0).get<double>(), point.at(1).get<double>());
  }
  check(landmarks.size() == kLandmarks, ErrorCode::kCorrupt,
        "The project has {} points of the face where {} were expected; it is damaged",
        landmarks.size(), kLandmarks);
  return landmarks;
}

}  // namespace portrait
