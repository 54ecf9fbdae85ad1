// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/reprojection/splat.h"

namespace portrait {

// Colours, masks and features across a splat: I_proj = R_P(v_{i+1}, I_{v_i}) of equation (8) and
// the reprojected features of equation (10), whose view is first brought to their resolution
// (resample_view). image [..., H, W] float, H x W those of the driving view, any leading
// dimensions -> [..., h, w] on the image's device: the winners' values, means of the ends in
// closed holes (SplatMap), and the background where the target is void. Differentiable in the
// image; the gradient is deterministic for any number of threads.
// Throws kInternal when the image does not fit the map.
Tensor carry_image(const SplatMap& map, const Tensor& image, double background = 0);
// The same with one background value per channel, image [C,H,W] or [N,C,H,W].
// Throws kInternal also when the values are not C.
Tensor carry_image(const SplatMap& map, const Tensor& image, at::ArrayRef<float> background);

// carry_image in plain loops, without gradient: what it is tested against.
Tensor carry_image_reference(const SplatMap& map, const Tensor& image, double background = 0);

}  // namespace portrait
