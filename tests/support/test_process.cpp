// SPDX-License-Identifier: Apache-2.0
// Linked into every test program: the same threads and kernels as the real programs', so that
// results can be compared across them. Runs before main(), which QtTest writes.
#include "core/base/process_threads.h"

namespace {
[[gnu::constructor]] void configure() { portrait::configure_process(); }
}  // namespace

#ifdef __SANITIZE_ADDRESS__
// Keeps libraries in memory: a leak in one that was unloaded is reported without its name, and
// tests/support/lsan.supp could not tell it from a leak of ours.
extern "C" int dlclose(void*) { return 0; }
#endif
