// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/reprojection/kernels/splat_geometry.h"
#include "core/reprojection/splat.h"

namespace portrait {

// The numbers that the kernels need of two cameras and the options. Throws as make_splat() does.
SplatGeometry pair_geometry(const DrivingView& view, const Camera& target, int width, int height,
                            const SplatOptions& options);

// Pointers into a view's maps, which must be float, contiguous and on the kernels' device.
LiftedMaps lifted_maps(const DrivingView& view);

// The view's maps contiguous and on the processor, without gradient.
DrivingView on_processor(const DrivingView& view);

}  // namespace portrait
