// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/nn/torch.h"

#include <ATen/autocast_mode.h>
#include <torch/version.h>

namespace portrait {

// LibTorch's autocast to bfloat16 while it lives: products and convolutions in bfloat16, sums and
// losses in float. bfloat16 has float's range, so that gradients need no scaling.
class Autocast {
 public:
  Autocast(at::Device device, bool wanted) : cuda_(device.is_cuda()), wanted_(wanted) {
    if (!wanted_) return;
    at::autocast::increment_nesting();
    enable(true);
  }
  ~Autocast() {
    if (!wanted_) return;
    // Casts of the weights are kept until the outermost scope ends; the next step has other weights.
    if (at::autocast::decrement_nesting() == 0) at::autocast::clear_cache();
    enable(false);
  }
  Autocast(const Autocast&) = delete;
  Autocast& operator=(const Autocast&) = delete;

 private:
  void enable(bool on) const {
#if TORCH_VERSION_MAJOR > 2 || (TORCH_VERSION_MAJOR == 2 && TORCH_VERSION_MINOR >= 4)
    const at::DeviceType type = cuda_ ? at::kCUDA : at::kCPU;
    at::autocast::set_autocast_enabled(type, on);
    if (on) at::autocast::set_autocast_dtype(type, at::kBFloat16);
#else
    if (cuda_) {
      at::autocast::set_enabled(on);
      if (on) at::autocast::set_autocast_gpu_dtype(at::kBFloat16);
    } else {
      at::autocast::set_cpu_enabled(on);
      if (on) at::autocast::set_autocast_cpu_dtype(at::kBFloat16);
    }
#endif
  }

  bool cuda_;
  bool wanted_;
};

}  // namespace portrait
