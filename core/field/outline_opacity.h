// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/field/renderer.h"

namespace portrait {

// The opacity of a picture, finer than it was drawn: at its outlines by rays of their own, so that
// they do not come out as stairs of the picture's texels; elsewhere interpolated.
//   opacity [W,W], of render_image() with the same camera and options -> [factor W, factor W].
// No gradient. factor >= 1. Throws kInternal for another shape.
Tensor outline_opacity(const Field& field, const Camera& camera, const Tensor& opacity, int factor,
                       const RenderOptions& options);

}  // namespace portrait
