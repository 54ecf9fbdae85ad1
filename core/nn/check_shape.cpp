// SPDX-License-Identifier: Apache-2.0
#include "core/nn/check_shape.h"

#include <fmt/ranges.h>

#include <algorithm>
#include <vector>

namespace portrait {

void check_shape(const Tensor& tensor, std::initializer_list<std::int64_t> expected,
                 const char* name) {
  const auto sizes = tensor.sizes();
  const bool same = sizes.size() == expected.size() &&
                    std::equal(sizes.begin(), sizes.end(), expected.begin(),
                               [](std::int64_t a, std::int64_t b) { return b == -1 || a == b; });
  if (same) return;
  fail(ErrorCode::kInternal, "Tensor {} is [{}], expected [{}]", name,
       fmt::join(std::vector<std::int64_t>(sizes.begin(), sizes.end()), ", "),
       fmt::join(std::vector<std::int64_t>(expected), ", "));
}

}  // namespace portrait
