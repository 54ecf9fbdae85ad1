// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <exception>
#include <functional>

namespace portrait {

// Thrown by interruption_point(). No Error, for nothing went wrong: what was under way is not
// wanted any more, and may be done again from its start.
class Interrupted : public std::exception {
 public:
  const char* what() const noexcept override { return "interrupted"; }
};

// While it lives, work on this thread asks `wanted_off` at its interruption points. Scopes nest:
// the innermost is asked. parallel_for() asks between chunks on the thread that called it.
class Interruptible {
 public:
  explicit Interruptible(std::function<bool()> wanted_off);
  ~Interruptible();
  Interruptible(const Interruptible&) = delete;
  Interruptible& operator=(const Interruptible&) = delete;

 private:
  friend void interruption_point();
  std::function<bool()> wanted_off_;
  Interruptible* outer_;
};

// For long work, between its parts. Throws Interrupted when this thread's scope is told so; does
// nothing outside one. State that outlives the work is changed after the last point, or such that
// doing the work again changes it alike.
void interruption_point();

}  // namespace portrait
