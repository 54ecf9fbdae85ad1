// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/guidance/gradient_consistency.h"
#include "core/pipeline/detail_stage.h"

namespace portrait {

// The photo's own view, of which both chains of views begin.
struct DetailStage::Root {
  DrivingView surface;    // of the head at the photo's camera, where the photo shows it
  Tensor picture;         // [3,S,S]: the photo over kTrainedBackground
  Tensor latents;         // of it
  OpeningHead::Look opening;  // from there, once it was asked for
  GradientList gradient;  // of L_ref
};

}  // namespace portrait
