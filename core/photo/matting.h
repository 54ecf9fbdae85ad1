// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/base/image.h"
#include "core/camera/camera.h"

#include <memory>

namespace portrait {

class MatteNet;

struct MattingOptions {
  // Without one the matte is GrabCut's, which tells person and background apart by their colours
  // alone: a background like skin, hair or clothes is taken for the person.
  std::shared_ptr<const MatteNet> net;
  int work_size = 256;  // GrabCut costs 1.8 s at 512 squared and a seventh of it at 256
  int iterations = 3;
};

// Foreground opacity of the person in a canonical crop: the network's, or grabcut_matte(), both of
// a small copy and told where a head and shoulders seen by the crop's camera are; then a guided
// filter at full size. Deterministic.
// crop: size x size x 3; coverage: size x size x 1, 0 where the crop lies outside the photo (those
// pixels stay background). Returns size x size x 1 in [0, 1]. Throws kNoFace when the head lies
// outside the photo.
Image matte_person(const Image& crop, const Camera& crop_camera, const Image& coverage,
                   const MattingOptions& options = {});

// The person's own colour at soft pixels, so that no rim of the old background remains when it is
// put over another (Forte, "Approximate fast foreground colour estimation", ICIP 2021).
Image foreground_colours(const Image& crop, const Image& matte);

}  // namespace portrait
