// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/base/image.h"
#include "core/camera/camera.h"
#include "core/image/resample.h"

namespace portrait {

// The canonical crop: the photo turned upright, scaled and shifted so that the head lies where
// our rig (radius 2.7, focal 2.842, origin in the middle) would show it from the same direction.
// A similarity of the photo is again a pinhole picture from the same place, so the crop has an
// exact camera: same position and perspective, principal point in general off-centre.
struct Alignment {
  Affine2 crop_from_photo;  // pixels to pixels
  Affine2 photo_from_crop;
  Camera crop_camera;
  int size = 512;
};

Alignment align_head(const Camera& photo_camera, int photo_width, int photo_height,
                     int size = 512);

// The camera of `camera`'s picture (width x height px) after a similarity to a size x size one.
Camera camera_of_crop(const Camera& camera, int width, int height, const Affine2& crop_from_photo,
                      int size);

// The crop, prefiltered when it shrinks the photo; the border is replicated outside the photo.
Image cut_crop(const Image& photo, const Alignment& alignment);

}  // namespace portrait
