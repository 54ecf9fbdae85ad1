// SPDX-License-Identifier: Apache-2.0
#include "core/base/thread_priority.h"

#ifdef __linux__
#include <sys/resource.h>
#include <unistd.h>
#endif

namespace portrait {

void step_back(int nice) {
#ifdef __linux__
  setpriority(PRIO_PROCESS, id_t(gettid()), nice);
#else
  (void)nice;
#endif
}

}  // namespace portrait
