// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/nn/safetensors.h"
#include "core/nn/torch_safetensors.h"
#include "core/synth/subject_mesh.h"

#include <cstdint>

namespace portrait {

// The tensors of one file of the subject cache, as subject_cache.h lists them. A pure function of
// subject, seed and index, the subject's number.
TensorMap draw_subject_tensors(const SubjectMesh& subject, std::uint64_t seed, std::uint32_t index,
                               int photos);

}  // namespace portrait
