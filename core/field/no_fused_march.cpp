// SPDX-License-Identifier: Apache-2.0
// Builds without Highway: every call goes to the reference.
#include "core/nn/torch.h"

#include "core/base/error.h"
#include "core/field/march.h"

namespace portrait {

bool can_march_fused(const Field&, const Rays&, const RenderOptions&, bool) {
  return false;
}

MarchResult march_fused(const Field&, const MarchRays&, const RenderOptions&, bool) {
  fail(ErrorCode::kUnsupported, "This build has no fused renderer");
}

}  // namespace portrait
