// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/pipeline/view_render.h"

namespace portrait {

// How far two views of one head show the same (METHOD, Metrics, "consistency"): PSNR in dB between
// `view` and its neighbour's picture carried into it by the neighbour's depth (8), over the pixels
// that a point of the neighbour won and at which both depths are of one surface; closed holes are
// left out. At the pictures' resolution. Throws kBadInput when the views share fewer than 64 pixels.
double view_consistency_db(const ViewRender& view, const ViewRender& neighbour);

}  // namespace portrait
