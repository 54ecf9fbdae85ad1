// SPDX-License-Identifier: Apache-2.0
#pragma once

namespace portrait {

// Processors this process may run on, or PORTRAIT_THREADS when that is set. At least 1.
int usable_processors();

// OpenBLAS and OpenMP choose their kernels and habits from the environment when they are loaded,
// before any main(). A program that calls configure_process() therefore looks at its environment
// before its libraries start, and where that is not what it needs starts itself again, at once and
// with the same arguments (a tenth of a second):
// - OPENBLAS_CORETYPE and OPENBLAS_L2_SIZE that pin OpenBLAS below a processor with AVX-512 halve
//   the rate of every product: both are removed.
// - OpenMP's threads spin for milliseconds when a loop ends, and keep the threads of our own pool
//   off the processors: GOMP_SPINCOUNT is set to kOpenMpSpins, unless it or OMP_WAIT_POLICY is set
//   already, or OMP_NUM_THREADS is 1.
// Not in builds with a sanitizer, whose own start-up comes later.
inline constexpr int kOpenMpSpins = 20000;

// First call of every main(): ATen's AVX-512 kernels are opt-in, and asked for where the processor
// has them. LibTorch's own threads are set by configure_torch_threads() of core/nn/torch_threads.h.
void configure_process();

// True when the environment pins OpenBLAS below what a processor with AVX-512 has. Pure: for the
// tests. Pass null for a variable that is not set.
bool pins_weaker_blas(const char* core_type, const char* l2_size, bool has_avx512);

}  // namespace portrait
