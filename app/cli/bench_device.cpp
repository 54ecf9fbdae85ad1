// SPDX-License-Identifier: Apache-2.0
#include "core/nn/torch.h"

#include "app/cli/bench_device.h"

#include "core/base/machine_info.h"

#include <torch/cuda.h>
#ifdef PORTRAIT_HAVE_CUDA
#include <c10/cuda/CUDACachingAllocator.h>
#include <c10/cuda/CUDAFunctions.h>
#include <cuda_runtime.h>
#endif

#include <fstream>
#include <string_view>

namespace portrait::cli {
namespace {

constexpr double kMb = 1024 * 1024;

// Since the last reset; 0 where the system does not say.
double peak_resident_mb() {
  constexpr std::string_view kName = "VmHWM:";
  std::ifstream file("/proc/self/status");
  for (std::string line; std::getline(file, line);) {
    if (line.rfind(kName, 0) == 0) return std::stod(line.substr(kName.size())) / 1024;
  }
  return 0;
}

// From here on the kernel's high-water mark counts anew.
void reset_peak_resident() {
  std::ofstream("/proc/self/clear_refs") << "5";
}

double growth_on_processor(const std::function<void()>& work) {
  return_free_memory();  // what earlier work left would hide what the next one needs
  const double before = resident_memory_mb();
  reset_peak_resident();
  work();
  return peak_resident_mb() - before;
}

#ifdef PORTRAIT_HAVE_CUDA
// Of the tensors alive, without what the allocator keeps for later ones. Entry 0 counts the pools
// of large and of small blocks together.
auto allocated_on_card() {
  return c10::cuda::CUDACachingAllocator::getDeviceStats(c10::cuda::current_device())
      .allocated_bytes[0];
}
#endif

}  // namespace

std::string name_of(at::Device device) {
  if (device.is_cpu()) return processor_name();
#ifdef PORTRAIT_HAVE_CUDA
  cudaDeviceProp properties{};
  if (cudaGetDeviceProperties(&properties, c10::cuda::current_device()) == cudaSuccess) {
    return static_cast<const char*>(properties.name);
  }
#endif
  return device.str();
}

void wait_for(at::Device device) {
  if (device.is_cuda()) torch::cuda::synchronize();
}

double memory_in_use_mb(at::Device device) {
  if (device.is_cpu()) return resident_memory_mb();
#ifdef PORTRAIT_HAVE_CUDA
  return double(allocated_on_card().current) / kMb;
#else
  return 0;
#endif
}

double memory_growth_mb(at::Device device, const std::function<void()>& work) {
  if (device.is_cpu()) return growth_on_processor(work);
#ifdef PORTRAIT_HAVE_CUDA
  const double before = double(allocated_on_card().current);
  c10::cuda::CUDACachingAllocator::resetPeakStats(c10::cuda::current_device());
  work();
  wait_for(device);
  return (double(allocated_on_card().peak) - before) / kMb;
#else
  work();
  wait_for(device);
  return 0;
#endif
}

}  // namespace portrait::cli
