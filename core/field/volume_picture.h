// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/base/image.h"
#include "core/camera/camera.h"
#include "core/field/baked_volume.h"

namespace portrait {

// What a camera sees of a baked volume: the sum that the viewport's shader takes, along the rays
// through the pixels' centres in steps of half a voxel, for where there is no OpenGL. RGBA, not
// premultiplied, size x size. Pixels do not depend on the number of threads. Throws kBadUsage for
// a size below 1.
Image volume_picture(const BakedVolume& volume, const Camera& camera, int size);

}  // namespace portrait
