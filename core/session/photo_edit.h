// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/base/image.h"

#include <memory>
#include <optional>

namespace portrait {

// What the artist says of the photo that stands. Each part replaces what was said or found before;
// what is left out stays as it is. The first head is made anew with it.
struct PhotoEdit {
  std::optional<int> face;  // 1 = the leftmost; a cut-out painted for another face goes
  // Horizontal, of the whole photo, kLeastFieldOfView to kMostFieldOfView degrees; 0: as EXIF or
  // the face itself tell. A painted cut-out moves along with the crop.
  std::optional<double> field_of_view_deg;
  // The cut-out, of the crop's size, one channel; an empty image: the one that was found.
  std::shared_ptr<const Image> matte;
};

}  // namespace portrait
