// SPDX-License-Identifier: Apache-2.0
#include "core/pipeline/photo_input.h"

#include "core/base/files.h"
#include "core/pipeline/camera_json.h"

#include <nlohmann/json.hpp>

#include <span>

namespace portrait {

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

}  // namespace portrait
