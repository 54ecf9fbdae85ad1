// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/base/image.h"

#include <cstdint>
#include <vector>

namespace portrait {

// Gives texels that no triangle covers the colours of the covered ones round them, so that neither
// interpolation nor mip levels draw what lies between charts into a seam: first outward texel by
// texel, then, far off, from means of ever larger squares (pull-push: Gortler et al., "The
// Lumigraph", SIGGRAPH 1996). covered: 1 or 0, one per pixel. Without any covered texel nothing
// changes.
void pad_texture(Image& texture, const std::vector<std::uint8_t>& covered);

}  // namespace portrait
