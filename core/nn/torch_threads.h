// SPDX-License-Identifier: Apache-2.0
#pragma once

namespace portrait {

// LibTorch's threads: one per usable processor within an operation (OpenMP and, in its OpenMP
// flavour, OpenBLAS follow), one between operations. Call it after configure_process() in main(),
// and first thing on every other thread that computes with tensors: OpenMP keeps the count per
// calling thread. OMP_NUM_THREADS, when set, is an upper limit.
void configure_torch_threads();

}  // namespace portrait
