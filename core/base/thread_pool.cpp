// SPDX-License-Identifier: Apache-2.0
#include "core/base/thread_pool.h"

#include "core/base/interruption.h"
#include "core/base/process_threads.h"

#include <algorithm>
#include <atomic>
#include <condition_variable>
#include <deque>
#include <exception>
#include <memory>
#include <mutex>
#include <stop_token>
#include <thread>
#include <vector>

namespace portrait {
namespace {

// One parallel_for call: threads take chunks until none is left. After a throw those that are left
// are not run.
struct Job {
  std::int64_t chunks = 0;
  std::function<void(std::int64_t)> run;
  std::atomic<std::int64_t> next{0};
  std::mutex mutex;
  std::condition_variable finished;
  std::int64_t done = 0;
  std::exception_ptr error;
  std::atomic<bool> failed{false};

  void work() {
    for (;;) {
      const std::int64_t chunk = next.fetch_add(1);
      if (chunk >= chunks) return;
      std::exception_ptr thrown;
      try {
        if (!failed.load()) {
          interruption_point();
          run(chunk);
        }
      } catch (...) {
        thrown = std::current_exception();
        failed = true;
      }
      const std::lock_guard lock(mutex);
      if (thrown && !error) error = thrown;
      if (++done == chunks) finished.notify_all();
    }
  }
};

thread_local bool inside_pool = false;

class Pool {
 public:
  Pool() : size_(usable_processors()) {
    for (int i = 1; i < size_; ++i) {
      threads_.emplace_back([this](std::stop_token stop) { loop(stop); });
    }
  }

  int size() const { return size_; }

  void run(const std::shared_ptr<Job>& job) {
    {
      const std::lock_guard lock(mutex_);
      jobs_.push_back(job);
    }
    wake_.notify_all();
    inside_pool = true;
    job->work();
    inside_pool = false;
    {
      const std::lock_guard lock(mutex_);
      std::erase(jobs_, job);
    }
    std::unique_lock lock(job->mutex);
    job->finished.wait(lock, [&] { return job->done == job->chunks; });
    if (job->error) std::rethrow_exception(job->error);
  }

 private:
  void loop(std::stop_token stop) {
    inside_pool = true;
    for (;;) {
      std::shared_ptr<Job> job;
      {
        std::unique_lock lock(mutex_);
        if (!wake_.wait(lock, stop, [&] { return pick(job); })) return;
      }
      job->work();
    }
  }

  bool pick(std::shared_ptr<Job>& job) {
    for (const auto& candidate : jobs_) {
      if (candidate->next.load() < candidate->chunks) {
        job = candidate;
        return true;
      }
    }
    return false;
  }

  int size_;
  std::mutex mutex_;
  std::condition_variable_any wake_;
  std::deque<std::shared_ptr<Job>> jobs_;
  std::vector<std::jthread> threads_;  // last: joined before the rest goes
};

Pool& pool() {
  static Pool instance;
  return instance;
}

void run_chunks(std::int64_t chunks, const std::function<void(std::int64_t)>& run) {
  if (chunks <= 0) return;
  if (chunks == 1 || inside_pool || pool().size() == 1) {
    for (std::int64_t chunk = 0; chunk < chunks; ++chunk) {
      interruption_point();
      run(chunk);
    }
    return;
  }
  const auto job = std::make_shared<Job>();
  job->chunks = chunks;
  job->run = run;
  pool().run(job);
}

}  // namespace

int pool_threads() { return pool().size(); }

void parallel_for(std::int64_t count, std::int64_t grain,
                  const std::function<void(std::int64_t, std::int64_t)>& body) {
  grain = std::max<std::int64_t>(1, grain);
  run_chunks((count + grain - 1) / grain, [&](std::int64_t chunk) {
    body(chunk * grain, std::min(count, (chunk + 1) * grain));
  });
}

void parallel_slices(std::int64_t count, int slices,
                     const std::function<void(int, std::int64_t, std::int64_t)>& body) {
  run_chunks(slices, [&](std::int64_t slice) {
    body(static_cast<int>(slice), count * slice / slices, count * (slice + 1) / slices);
  });
}

}  // namespace portrait
