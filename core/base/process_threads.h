// SPDX-License-Identifier: Apache-2.0
#pragma once

namespace portrait {

// Processors this process may run on, or PORTRAIT_THREADS when that is set. At least 1.
int usable_processors();

// First call of every main(). OpenBLAS and ATen choose their kernels from the environment when
// they are loaded, and an environment that pins weaker ones halves the rate of every product.
// - When OPENBLAS_CORETYPE or OPENBLAS_L2_SIZE pins OpenBLAS below a processor with AVX-512, both
//   are removed and the program starts itself again, once (guard: PORTRAIT_RESTARTED).
// - ATen's AVX-512 kernels are opt-in: asked for where the processor has them.
// LibTorch's own threads are set by configure_torch_threads() of core/nn/torch_threads.h.
void configure_process(int argc, char** argv);

// True when the environment pins OpenBLAS below what a processor with AVX-512 has. Pure: for the
// tests. Pass null for a variable that is not set.
bool pins_weaker_blas(const char* core_type, const char* l2_size, bool has_avx512);

}  // namespace portrait
