// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/base/error.h"
#include "core/nn/torch.h"

#include <initializer_list>

namespace portrait {

// Throws kInternal naming the tensor, its sizes and the expected ones. -1 matches any size.
void check_shape(const Tensor& tensor, std::initializer_list<std::int64_t> expected,
                 const char* name);

}  // namespace portrait
