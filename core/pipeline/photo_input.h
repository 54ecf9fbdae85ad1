// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/base/image.h"
#include "core/camera/camera.h"

#include <string>

namespace portrait {

// The photo as the pipeline takes it in: the canonical crop and what is known of it.
struct PhotoInput {
  Image crop;     // S x S RGB, sRGB-encoded, as photographed; S a multiple of 4, 512 as a rule
  Image target;   // the same over the constant background, the rim freed of the old one
  Image matte;    // S x S, one channel
  Camera camera;  // of the crop
  float background = 0.5F;
};

// SHA-256 of all of it that decides the head: target, matte, camera and background.
std::string photo_hash(const PhotoInput& photo);

}  // namespace portrait
