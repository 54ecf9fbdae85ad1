// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/field/decoder.h"
#include "core/field/field_frame.h"
#include "core/field/super_resolution.h"
#include "core/nn/torch.h"
#include "core/nn/torch_safetensors.h"

#include <string>
#include <utility>
#include <vector>

namespace portrait {

// One head: Psi = {T, psi_dec, psi_SR} and the frame they live in. Tensors are shared on copy.
struct Field {
  Tensor planes;  // [3,D,32,R,R], D = frame.depth_slices, R = 128 in our own packs
  Decoder decoder;
  SuperResolution sr;  // may be empty: then render_neural is refused
  FieldFrame frame;
  // Fine colours of the surface, [CapsuleMap::kTexels,3] on the processor, which pictures add to
  // what the networks make (core/reprojection/surface_detail.h). Not among parameters(): stage 3
  // moves them by a rule of their own. Undefined: none.
  Tensor detail;

  at::Device device() const { return planes.device(); }

  // "planes", "decoder.*", "superresolution.*".
  std::vector<std::pair<std::string, Tensor>> parameters() const;
  // All that a head is: parameters(), and "detail" where there is one.
  std::vector<std::pair<std::string, Tensor>> tensors() const;
  Field to(at::Device device) const;
  Field clone() const;                        // deep, detached copies
  void requires_grad(bool required) const;    // of every parameter
  // Names as in parameters(), and "detail" where it is not all zeros.
  void save_to(TensorMap& tensors) const;
  // The frame comes from the pack or the project. Throws kCorrupt naming the tensor.
  static Field load(const TensorMap& tensors, const FieldFrame& frame);
};

}  // namespace portrait
