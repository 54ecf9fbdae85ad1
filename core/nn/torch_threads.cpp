// SPDX-License-Identifier: Apache-2.0
#include "core/nn/torch.h"

#include "core/nn/torch_threads.h"

#include "core/base/process_threads.h"

#include <ATen/Parallel.h>

#include <algorithm>
#include <cstdlib>
#include <mutex>

namespace portrait {

void configure_torch_threads() {
  int threads = usable_processors();
  if (const char* limit = std::getenv("OMP_NUM_THREADS")) {
    if (const int n = std::atoi(limit); n > 0) threads = std::min(threads, n);
  }
  at::set_num_threads(threads);
  // Allowed once, and only before LibTorch's pool between operations exists.
  static std::once_flag once;
  std::call_once(once, [] {
    try {
      at::set_num_interop_threads(1);
    } catch (const c10::Error&) {
      // Someone computed first; our engine never uses that pool.
    }
  });
}

}  // namespace portrait
