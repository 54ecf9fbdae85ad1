// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/nn/precision.h"
#include "core/pipeline/pipeline.h"

#include <memory>

namespace portrait {

class ModelPack;

// What stages 2 and 3 need of a pack, as far as the pack has it. Networks that both use are loaded
// once, when the first of them is asked for; the sources may outlive `pack`'s owner. `precision`:
// of the UNet and HPDM.
StageSources stage_sources(std::shared_ptr<const ModelPack> pack,
                           PrecisionChoice precision = PrecisionChoice::kAuto);

}  // namespace portrait
