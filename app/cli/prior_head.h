// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/camera/camera.h"
#include "core/field/field.h"
#include "core/pipeline/head_view.h"
#include "core/training/heldout_pictures.h"

namespace portrait::cli {

// A head as the held-out set has them: its pictures at the set's size and viewpoints.
class PriorHead {
 public:
  // Shares the field's tensors.
  explicit PriorHead(const Field& field) : view_(field, LookOptions{}) {}

  HeldoutView from(const Viewpoint& viewpoint) const;

 private:
  HeadView view_;
};

}  // namespace portrait::cli
