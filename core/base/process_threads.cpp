// SPDX-License-Identifier: Apache-2.0
#include "core/base/process_threads.h"

#include <algorithm>
#include <cstdlib>
#include <string_view>
#include <thread>

#include <sched.h>
#include <unistd.h>

namespace portrait {
namespace {

constexpr const char* kGuard = "PORTRAIT_RESTARTED";

// What OpenBLAS calls SkylakeX and ATen calls avx512.
bool has_avx512() {
#if defined(__x86_64__)
  return __builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512bw") &&
         __builtin_cpu_supports("avx512dq") && __builtin_cpu_supports("avx512vl");
#else
  return false;
#endif
}

}  // namespace

int usable_processors() {
  if (const char* wanted = std::getenv("PORTRAIT_THREADS")) {
    if (const int n = std::atoi(wanted); n > 0) return n;
  }
  cpu_set_t set;
  CPU_ZERO(&set);
  if (sched_getaffinity(0, sizeof set, &set) == 0) return std::max(1, CPU_COUNT(&set));
  return static_cast<int>(std::max(1U, std::thread::hardware_concurrency()));
}

bool pins_weaker_blas(const char* core_type, const char* l2_size, bool avx512) {
  if (!avx512) return false;
  const std::string_view core = core_type ? core_type : "";
  const bool strong = core.empty() || core == "SkylakeX" || core == "SKYLAKEX" ||
                      core == "Cooperlake" || core == "COOPERLAKE" || core == "SapphireRapids" ||
                      core == "SAPPHIRERAPIDS";
  return !strong || l2_size != nullptr;
}

void configure_process(int argc, char** argv) {
  const bool avx512 = has_avx512();
  if (avx512) ::setenv("ATEN_CPU_CAPABILITY", "avx512", 1);
  const bool pinned =
      pins_weaker_blas(std::getenv("OPENBLAS_CORETYPE"), std::getenv("OPENBLAS_L2_SIZE"), avx512);
  const bool restarted = std::getenv(kGuard) != nullptr;
  // Programs that this one starts decide for themselves.
  ::unsetenv(kGuard);
  if (!pinned || restarted || argc < 1) return;
  ::unsetenv("OPENBLAS_CORETYPE");
  ::unsetenv("OPENBLAS_L2_SIZE");
  ::setenv(kGuard, "1", 1);
  ::execv("/proc/self/exe", argv);
  // Only reached when the system would not: the weaker kernels still give right results.
  ::unsetenv(kGuard);
}

}  // namespace portrait
