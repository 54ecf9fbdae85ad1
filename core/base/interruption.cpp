// SPDX-License-Identifier: Apache-2.0
#include "core/base/interruption.h"

#include <utility>

namespace portrait {
namespace {

thread_local Interruptible* innermost = nullptr;

}  // namespace

Interruptible::Interruptible(std::function<bool()> wanted_off)
    : wanted_off_(std::move(wanted_off)), outer_(std::exchange(innermost, this)) {}

Interruptible::~Interruptible() { innermost = outer_; }

void interruption_point() {
  if (innermost != nullptr && innermost->wanted_off_()) throw Interrupted();
}

}  // namespace portrait
