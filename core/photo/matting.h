// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/base/image.h"
#include "core/camera/camera.h"

namespace portrait {

struct MattingOptions {
  int work_size = 256;  // GrabCut costs 1.8 s at 512 squared and a seventh of it at 256
  int iterations = 3;
};

// Foreground opacity of the person in a canonical crop: GrabCut (Rother et al., SIGGRAPH 2004) on
// a small copy, seeded by a head-and-shoulders shape in space seen by the crop's camera, then a
// guided filter at full size. Deterministic.
// crop: size x size x 3; coverage: size x size x 1, 0 where the crop lies outside the photo (those
// pixels stay background). Returns size x size x 1 in [0, 1].
Image matte_person(const Image& crop, const Camera& crop_camera, const Image& coverage,
                   const MattingOptions& options = {});

// The person's own colour at soft pixels, so that no rim of the old background remains when it is
// put over another (Forte, "Approximate fast foreground colour estimation", ICIP 2021).
Image foreground_colours(const Image& crop, const Image& matte);

}  // namespace portrait
