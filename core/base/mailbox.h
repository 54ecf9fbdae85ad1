// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <condition_variable>
#include <cstdint>
#include <memory>
#include <mutex>
#include <stop_token>
#include <utility>
#include <vector>

namespace portrait {

// One slot, latest wins: the way up for snapshots and the way down for camera and live settings.
// What is published is immutable, so that neither side ever waits for the other's use of it.
template <typename T>
class Mailbox {
 public:
  void publish(std::shared_ptr<const T> value) {
    const std::lock_guard lock(mutex_);
    // Swapped, not assigned: the old value is destroyed after the lock is gone.
    newest_.swap(value);
    fresh_ = true;
    ++published_;
  }

  // The newest value if it has not been taken yet, else null.
  std::shared_ptr<const T> take() {
    const std::lock_guard lock(mutex_);
    if (!fresh_) return nullptr;
    fresh_ = false;
    return newest_;
  }

  // The newest value, taken or not; null before the first.
  std::shared_ptr<const T> latest() const {
    const std::lock_guard lock(mutex_);
    return newest_;
  }

  std::uint64_t published() const {
    const std::lock_guard lock(mutex_);
    return published_;
  }

 private:
  mutable std::mutex mutex_;
  std::shared_ptr<const T> newest_;
  bool fresh_ = false;
  std::uint64_t published_ = 0;
};

// Commands in order, drained by one owner between its steps. wake() ends a wait without a
// command: a latest-wins slot beside the queue has something new.
template <typename Command>
class CommandQueue {
 public:
  void post(Command command) {
    {
      const std::lock_guard lock(mutex_);
      commands_.push_back(std::move(command));
    }
    changed_.notify_one();
  }

  void wake() {
    {
      const std::lock_guard lock(mutex_);
      woken_ = true;
    }
    changed_.notify_one();
  }

  // Everything posted so far; never waits.
  std::vector<Command> drain() {
    const std::lock_guard lock(mutex_);
    woken_ = false;
    return std::exchange(commands_, {});
  }

  // Would wait() return at once?
  bool waiting() const {
    const std::lock_guard lock(mutex_);
    return woken_ || !commands_.empty();
  }

  // Waits for a command, a wake() or a stop request. False: stopped.
  bool wait(std::stop_token stop) {
    std::unique_lock lock(mutex_);
    changed_.wait(lock, stop, [&] { return woken_ || !commands_.empty(); });
    return !stop.stop_requested();
  }

 private:
  mutable std::mutex mutex_;
  std::condition_variable_any changed_;
  std::vector<Command> commands_;
  bool woken_ = false;
};

}  // namespace portrait
