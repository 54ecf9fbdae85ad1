// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "tests/support/cuda_on_cpu/block.h"

#include <algorithm>
#include <bit>
#include <cmath>
#include <cstdint>
#include <cstring>

// Stands in for CUDA's header so that the kernels' own source runs on the processor, in tests on
// machines without a device: one block after another, each thread of a block with a stack of its
// own, switched where threads wait for each other. It aborts when lanes of a warp meet in different
// operations, or when nobody can go on. Speed and memory order it says nothing of.

#define __global__
#define __device__
#define __host__
#define __shared__
#define __grid_constant__
#define __launch_bounds__(...)

struct alignas(16) float4 {
  float x, y, z, w;
};
inline float4 make_float4(float x, float y, float z, float w) {
  return {x, y, z, w};
}
struct CUstream_st;
enum cudaError_t { cudaSuccess = 0 };
enum cudaFuncAttribute { cudaFuncAttributeMaxDynamicSharedMemorySize };
struct cudaLaunchConfig_t {
  dim3 gridDim, blockDim;
  std::size_t dynamicSmemBytes = 0;
  CUstream_st* stream = nullptr;
};
inline cudaError_t cudaFuncSetAttribute(const void*, cudaFuncAttribute, int) {
  return cudaSuccess;
}
inline const char* cudaGetErrorString(cudaError_t) {
  return "no error";
}

// The block's shared memory, as much as a small card has.
namespace portrait::cuda {
inline float4 shared[101376 / sizeof(float4)];
}

inline void __syncwarp() {
  cuda_on_cpu::of_lane(1, 0, 0);
}
template <typename T>
T __shfl_xor_sync(unsigned, T value, int mask) {
  return cuda_on_cpu::of_lane(2, value, (int(threadIdx.x) % cuda_on_cpu::kWarp) ^ mask);
}
template <typename T>
T __shfl_up_sync(unsigned, T value, int step) {
  const int lane = int(threadIdx.x) % cuda_on_cpu::kWarp;
  return cuda_on_cpu::of_lane(3, value, lane >= step ? lane - step : lane);
}
template <typename T>
T __shfl_sync(unsigned, T value, int lane) {
  return cuda_on_cpu::of_lane(4, value, lane);
}
inline unsigned __ballot_sync(unsigned, bool value) {
  const std::uint64_t* row =
      cuda_on_cpu::meet(cuda_on_cpu::block->warps[threadIdx.x / cuda_on_cpu::kWarp],
                        int(threadIdx.x) % cuda_on_cpu::kWarp, 5, value);
  unsigned all = 0;
  for (unsigned lane = 0; lane < 32; ++lane) all |= unsigned(row[lane]) << lane;
  return all;
}
inline int __syncthreads_or(int value) {
  cuda_on_cpu::Group& all = cuda_on_cpu::block->all;
  const std::uint64_t* row = cuda_on_cpu::meet(all, int(threadIdx.x), 6, value != 0);
  return std::any_of(row, row + all.values[0].size(), [](std::uint64_t v) { return v != 0; });
}
inline void __syncthreads() {
  cuda_on_cpu::meet(cuda_on_cpu::block->all, int(threadIdx.x), 7, 0);
}

inline float atomicAdd(float* at, float value) {
  const float before = *at;
  *at += value;
  return before;
}
template <typename T>
T atomicMin(T* at, T value) {
  const T before = *at;
  *at = std::min(before, value);
  return before;
}
template <typename T>
T atomicMax(T* at, T value) {
  const T before = *at;
  *at = std::max(before, value);
  return before;
}
inline int __float_as_int(float x) {
  return std::bit_cast<int>(x);
}
inline unsigned __float_as_uint(float x) {
  return std::bit_cast<unsigned>(x);
}
inline float __expf(float x) {
  return std::exp(x);
}
inline float __logf(float x) {
  return std::log(x);
}
inline float __fdividef(float a, float b) {
  return a / b;
}
inline int __popc(unsigned x) {
  return std::popcount(x);
}
inline int __ffs(int x) {
  return __builtin_ffs(x);
}
using std::min;

template <typename... Arguments, typename... Given>
cudaError_t cudaLaunchKernelEx(const cudaLaunchConfig_t* config, void (*kernel)(Arguments...),
                               const Given&... given) {
  if (config->dynamicSmemBytes > sizeof(portrait::cuda::shared)) {
    cuda_on_cpu::give_up("more shared memory than a small card has");
  }
  gridDim = config->gridDim;
  blockDim = config->blockDim;
  for (unsigned i = 0; i < gridDim.x; ++i) {
    blockIdx.x = i;
    std::memset(static_cast<void*>(portrait::cuda::shared), 0x7f, sizeof(portrait::cuda::shared));
    cuda_on_cpu::run_block(int(blockDim.x), [&] { kernel(given...); });
  }
  return cudaSuccess;
}
