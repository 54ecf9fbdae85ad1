// SPDX-License-Identifier: Apache-2.0
// check_cuda: compares the CUDA kernels of the volume renderer with its LibTorch reference, and
// those of the splat with the processor's, and prints the differences.
// Exit 0 when all are within their limits, 1 when not, 3 when there is no CUDA device.
#include "core/nn/torch.h"

#include "core/base/error.h"
#include "tests/field/cuda_comparison.h"
#include "tests/gpu/splat_comparison.h"

#include <algorithm>
#include <cstdio>
#include <utility>
#include <vector>

int main() {
  using namespace portrait;
  if (!at::hasCUDA()) {
    std::fprintf(stderr, "check_cuda: there is no CUDA device\n");
    return 3;
  }
  try {
    std::vector<Comparison> all = compare_splat(512, at::kCUDA);
    for (Comparison& one : compare_all(4096, at::kCUDA)) all.push_back(std::move(one));
    for (const Comparison& one : all) {
      std::printf("%-56s %10.2e of %.0e%s\n", one.what.c_str(), one.difference, one.limit,
                  one.holds() ? "" : "  FAILED");
    }
    return std::all_of(all.begin(), all.end(), [](const Comparison& one) { return one.holds(); })
               ? 0
               : 1;
  } catch (const std::exception& error) {
    std::fprintf(stderr, "check_cuda: %s\n", error.what());
    return 1;
  }
}
