// SPDX-License-Identifier: Apache-2.0
// For sources only: never included from a public header.
#pragma once

#include "core/base/image.h"

#include <filesystem>

namespace portrait {

// What a film must be when it is read back.
struct FilmPromise {
  int width = 0;  // pixels
  int height = 0;
  int frames = 0;
  double duration_s = 0;
  double slack_s = 0;
  Image first_alpha{};  // of the first frame, one channel; empty: alpha is not looked at
};

// The alpha of a frame as a picture of its own, 1 for a frame without.
Image frame_alpha(const Image& frame);

// Decodes the whole file. Throws kIo when it is not as promised, kCorrupt when it cannot be read.
void verify_film(const std::filesystem::path& path, const FilmPromise& promise);

}  // namespace portrait
