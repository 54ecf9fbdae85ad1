// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cuda_runtime.h>

#include <cstddef>
#include <cstdint>

// The shape of a block, work across a warp, and the launch of a kernel.
namespace portrait::cuda {

constexpr int kWarp = 32;
constexpr int kWarps = 8;  // per block
constexpr int kThreads = kWarp * kWarps;
constexpr unsigned kAll = 0xffffffffU;

__device__ inline int lane_of_thread() {
  return static_cast<int>(threadIdx.x) % kWarp;
}
__device__ inline int warp_of_thread() {
  return static_cast<int>(threadIdx.x) / kWarp;
}

// Sum over the warp, the same on every lane.
__device__ inline float warp_sum(float value) {
  for (int step = kWarp / 2; step > 0; step /= 2) value += __shfl_xor_sync(kAll, value, step);
  return value;
}
// The values of the lanes up to this one, joined (sum, product, maximum).
template <typename Join>
__device__ float warp_scan(float value, const Join& join) {
  for (int step = 1; step < kWarp; step *= 2) {
    const float before = __shfl_up_sync(kAll, value, step);
    if (lane_of_thread() >= step) value = join(before, value);
  }
  return value;
}

// The block's shared memory, as large as the launch asked for.
__device__ inline float4* shared_memory() {
  extern __shared__ float4 shared[];
  return shared;
}

// Queues `blocks` blocks of kThreads threads; null or the runtime's words.
template <typename... Arguments, typename... Given>
const char* launch(void (*kernel)(Arguments...), std::int64_t blocks, std::size_t shared_bytes,
                   CUstream_st* stream, const Given&... given) {
  cudaError_t error = cudaFuncSetAttribute(reinterpret_cast<const void*>(kernel),
                                           cudaFuncAttributeMaxDynamicSharedMemorySize,
                                           static_cast<int>(shared_bytes));
  if (error == cudaSuccess) {
    cudaLaunchConfig_t config{};
    config.gridDim = dim3(static_cast<unsigned>(blocks));
    config.blockDim = dim3(kThreads);
    config.dynamicSmemBytes = shared_bytes;
    config.stream = stream;
    error = cudaLaunchKernelEx(&config, kernel, given...);
  }
  return error == cudaSuccess ? nullptr : cudaGetErrorString(error);
}

}  // namespace portrait::cuda
