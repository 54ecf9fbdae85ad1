// SPDX-License-Identifier: Apache-2.0
// Linked into every test program that uses LibTorch.
#include "core/nn/torch_threads.h"

namespace {
const bool configured = (portrait::configure_torch_threads(), true);
}
