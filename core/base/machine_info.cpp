// SPDX-License-Identifier: Apache-2.0
#include "core/base/machine_info.h"

#include <malloc.h>
#include <unistd.h>

#include <algorithm>
#include <fstream>

namespace portrait {
namespace {

constexpr double kMb = 1024.0 * 1024.0;

// A number of bytes alone in a file; below 0: no such file, or "max".
double bytes_in(const char* path) {
  std::ifstream file(path);
  double bytes = -1;
  return file >> bytes ? bytes : -1;
}

}  // namespace

double resident_memory_mb() {
  std::ifstream file("/proc/self/statm");
  double total = 0;
  double resident = 0;
  if (!(file >> total >> resident)) return 0;
  return resident * static_cast<double>(sysconf(_SC_PAGESIZE)) / kMb;
}

double available_memory_mb() {
  std::ifstream file("/proc/meminfo");
  std::string key;
  std::string rest;
  double available = 0;
  while (file >> key && available == 0) {
    double kilobytes = 0;
    if (key == "MemAvailable:" && file >> kilobytes) available = kilobytes / 1024;
    std::getline(file, rest);
  }
  const double most = bytes_in("/sys/fs/cgroup/memory.max");
  const double used = bytes_in("/sys/fs/cgroup/memory.current");
  if (most < 0 || used < 0) return available;
  return std::min(available, std::max(0.0, most - used) / kMb);
}

void return_free_memory() {
#ifdef __GLIBC__
  ::malloc_trim(0);
#endif
}

std::string processor_name() {
  std::ifstream file("/proc/cpuinfo");
  std::string line;
  while (std::getline(file, line)) {
    if (line.rfind("model name", 0) != 0) continue;
    const auto colon = line.find(": ");
    if (colon != std::string::npos) return line.substr(colon + 2);
  }
  return "processor";
}

}  // namespace portrait
