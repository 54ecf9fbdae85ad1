// SPDX-License-Identifier: Apache-2.0
#pragma once

// Marks what the CUDA kernels share with the processor's, so that both mean the same.
#ifdef __CUDACC__
#define PORTRAIT_HOST_DEVICE __host__ __device__
#else
#define PORTRAIT_HOST_DEVICE
#endif
