// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/base/random.h"
#include "core/camera/camera.h"

namespace portrait {

// The camera of the crop that intake would make of a photo: what our rig sees, mostly from near the
// front, at the photo's own perspective, with the small errors that an estimated pose has.
Camera draw_crop_camera(RandomStream& random);

}  // namespace portrait
