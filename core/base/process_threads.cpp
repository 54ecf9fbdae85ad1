// SPDX-License-Identifier: Apache-2.0
#include "core/base/process_threads.h"

#include <algorithm>
#include <array>
#include <cstdlib>
#include <string_view>
#include <thread>

#include <sched.h>
#include <unistd.h>

namespace portrait {
namespace {

// What OpenBLAS calls SkylakeX and ATen calls avx512.
bool has_avx512() {
#if defined(__x86_64__)
  __builtin_cpu_init();  // this may run before the compiler's own library has started
  return __builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512bw") &&
         __builtin_cpu_supports("avx512dq") && __builtin_cpu_supports("avx512vl");
#else
  return false;
#endif
}

constexpr const char* kCoreType = "OPENBLAS_CORETYPE";
constexpr const char* kL2Size = "OPENBLAS_L2_SIZE";
constexpr const char* kSpins = "GOMP_SPINCOUNT";

bool is_variable(const char* entry, std::string_view name) {
  const std::string_view text(entry);
  return text.size() > name.size() && text.substr(0, name.size()) == name &&
         text[name.size()] == '=';
}

const char* value_in(char** environment, std::string_view name) {
  for (char** entry = environment; *entry; ++entry) {
    if (is_variable(*entry, name)) return *entry + name.size() + 1;
  }
  return nullptr;
}

bool wants_fewer_spins(char** environment) {
  const char* threads = value_in(environment, "OMP_NUM_THREADS");
  return !value_in(environment, kSpins) && !value_in(environment, "OMP_WAIT_POLICY") &&
         !(threads && std::string_view(threads) == "1");
}

// Runs before the constructors of every library, so that it may use neither their state nor the C
// library's own environment, which is not there yet.
[[maybe_unused]] void choose_environment(int, char** argv, char** environment) {
  const bool pinned = pins_weaker_blas(value_in(environment, kCoreType),
                                       value_in(environment, kL2Size), has_avx512());
  const bool fewer_spins = wants_fewer_spins(environment);
  if (!pinned && !fewer_spins) return;
  static std::array<char*, 4096> chosen;
  std::size_t count = 0;
  for (char** entry = environment; *entry; ++entry) {
    if (pinned && (is_variable(*entry, kCoreType) || is_variable(*entry, kL2Size))) continue;
    if (count + 2 >= chosen.size()) return;
    chosen[count++] = *entry;
  }
  static char spins[] = "GOMP_SPINCOUNT=20000";
  static_assert(kOpenMpSpins == 20000);
  if (fewer_spins) chosen[count++] = spins;
  chosen[count] = nullptr;
  // By its own path: started as "exe" it would go by that name in every list of processes.
  static std::array<char, 4096> path;
  const auto length = ::readlink("/proc/self/exe", path.data(), path.size() - 1);
  if (length <= 0) return;
  ::execve(path.data(), argv, chosen.data());
  // Only reached when the system would not: what there is still gives right results.
}

#if !defined(__SANITIZE_ADDRESS__) && !defined(__SANITIZE_THREAD__)
[[gnu::section(".preinit_array"), gnu::used]] void (*const before_libraries)(int, char**, char**) =
    choose_environment;
#endif

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

void configure_process() {
  if (has_avx512()) ::setenv("ATEN_CPU_CAPABILITY", "avx512", 1);
}

}  // namespace portrait
