// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/base/image.h"

#include <cstdint>
#include <vector>

namespace portrait {

// Gives texels that no triangle covers the colours of the covered ones round them, so that neither
// interpolation nor mip levels draw what lies between charts into a seam: first outward texel by
// texel, then, far off, from means of ever larger squares, interpolated (pull-push: Gortler et al.,
// "The Lumigraph", SIGGRAPH 1996). covered: 1 or 0, one per pixel, row-major; taken by value
// because it is worked on. Without any covered texel nothing changes. The result does not depend on
// the number of threads. Throws kBadUsage when `covered` is of another size.
void pad_texture(Image& texture, std::vector<std::uint8_t> covered);

}  // namespace portrait
