// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/camera/camera.h"
#include "core/nn/torch.h"

namespace portrait {

// A camera as 16 numbers [16] f32: camera_from_world rows (3 x 4), then fx, fy, cx, cy as
// fractions of the image. The networks and the lift below take cameras in this form.
Tensor camera_tensor(const Camera& camera);
Camera camera_of_tensor(const Tensor& numbers);  // its inverse, to the numbers' precision

// Lays a photo onto the three planes of the field along the mean head's surface, so that what the
// plane generator paints is already in place, whatever the pose of the photo.
//
// For plane p and depth slice d, texel (row, column) stands for the point of the mean head's
// outermost surface on that slice's side of the plane: `surface` gives its coordinate along the
// plane's normal. The point is projected into the photo and the photo is read there.
//
//   photo:   [B, C, S, S], any range
//   cameras: [B, 16], see camera_tensor
//   surface: [3, D, R, R], world units along the normals of planes (x,y), (y,z), (z,x)
//   behind:  [B, E, S, S], what is to be known of the photo where the head hides itself, too
// Returns [B, 3, D, C + 1 + E, R, R]: the photo's channels, zero outside its frame and fading to
// zero where the surface turns away from the camera (the photo shows what is in front of it there);
// the cosine between the surface's outward normal and the direction to the camera; and `behind`,
// zero outside the frame alone.
Tensor lift_photo(const Tensor& photo, const Tensor& cameras, const Tensor& surface,
                  const Tensor& behind);

}  // namespace portrait
