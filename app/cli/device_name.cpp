// SPDX-License-Identifier: Apache-2.0
#include "core/nn/torch.h"

#include "app/cli/device_name.h"

#include "core/base/error.h"

namespace portrait::cli {

at::Device device_named(const std::string& name) {
  if (name == "cpu") return at::kCPU;
  if (name == "auto") return at::hasCUDA() ? at::kCUDA : at::kCPU;
  check(name == "cuda", ErrorCode::kBadUsage,
        "There is no device \"{}\"; use auto, cpu or cuda", name);
  check(at::hasCUDA(), ErrorCode::kUnsupported,
        "This LibTorch has no CUDA, or there is no card; use --device cpu or build against one "
        "that has");
  return at::kCUDA;
}

}  // namespace portrait::cli
