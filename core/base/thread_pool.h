// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <functional>

namespace portrait {

// Our kernels run on one pool of std::threads and never on OpenMP, which fights OpenBLAS for the
// cores and hides from the thread sanitizer. The caller works too, so a pool of N threads starts
// N - 1. Nested calls run serially. The number of threads is the number of processors this
// process may use, or PORTRAIT_THREADS.
int pool_threads();

// Calls body(begin, end) over [0, count) in chunks of `grain`, in any order and on any thread.
// Returns when all are done. The first exception thrown by a chunk is rethrown here, and chunks
// that were not begun by then are left out. Between chunks of the calling thread lie interruption
// points.
void parallel_for(std::int64_t count, std::int64_t grain,
                  const std::function<void(std::int64_t begin, std::int64_t end)>& body);

// A fixed number of slices, whatever the number of threads: for reductions whose result must not
// depend on it. body(slice, begin, end) covers [0, count) in `slices` nearly equal parts.
void parallel_slices(std::int64_t count, int slices,
                     const std::function<void(int slice, std::int64_t begin,
                                              std::int64_t end)>& body);

}  // namespace portrait
