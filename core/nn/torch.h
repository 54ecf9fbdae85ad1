// SPDX-License-Identifier: Apache-2.0
// The one door to LibTorch: the precompiled header of every target that uses it. Nothing under
// ui/ and no header of session/, project/, mesh/ or exporting/ includes it.
#pragma once

#include <ATen/ATen.h>
#include <torch/autograd.h>
#include <torch/types.h>

namespace portrait {
using at::Tensor;
}
