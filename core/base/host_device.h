// SPDX-License-Identifier: Apache-2.0
#pragma once

// Marks a function that both the processor and a CUDA device run, so that equations stand once.
// Outside nvcc it is nothing.
#ifdef __CUDACC__
#define PORTRAIT_HOST_DEVICE __host__ __device__
#else
#define PORTRAIT_HOST_DEVICE
#endif
