// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <ucontext.h>

#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <functional>
#include <memory>
#include <utility>
#include <vector>

// One block of CUDA threads on the processor: see cuda_runtime.h.

struct dim3 {
  dim3(unsigned n = 1) : x(n) {}
  unsigned x;
};
inline dim3 threadIdx, blockIdx, blockDim, gridDim;

namespace cuda_on_cpu {

constexpr int kWarp = 32;
constexpr std::size_t kStack = 128 << 10;

[[noreturn]] inline void give_up(const char* why) {
  std::fprintf(stderr, "cuda_on_cpu: block %u: %s\n", blockIdx.x, why);
  std::abort();
}

// Threads that wait for each other, and what they hand over meanwhile: two rows by turns, so that
// the fast ones do not write over what the slow ones have still to read.
struct Group {
  int alive = 0;
  int arrived = 0;
  int round = 0;
  std::vector<std::uint64_t> values[2];
  int operation = 0;  // that those who have arrived wait in
};

struct Thread {
  ucontext_t context;
  std::unique_ptr<char[]> stack{new char[kStack]};
  int turn = 0;
  bool done = false;
};

struct Block {
  ucontext_t scheduler;
  std::vector<Thread> threads;
  std::vector<Group> warps;
  Group all;
  std::function<void()> body;
  long steps = 0;  // barriers passed and threads finished
};
inline Block* block = nullptr;

inline void yield() {
  const unsigned me = threadIdx.x;
  swapcontext(&block->threads[me].context, &block->scheduler);
}

inline void release_if_all(Group& group) {
  if (group.arrived == 0 || group.arrived < group.alive) return;
  group.arrived = 0;
  ++group.round;
  ++block->steps;
}

// Hands `value` over to the group and returns the row of everybody's, when all have come.
inline const std::uint64_t* meet(Group& group, int place, int operation, std::uint64_t value) {
  const int turn = block->threads[threadIdx.x].turn++ % 2;
  group.values[turn][std::size_t(place)] = value;
  if (group.arrived == 0) group.operation = operation;
  if (group.operation != operation) give_up("threads meet in different operations");
  const int round = group.round;
  ++group.arrived;
  release_if_all(group);
  while (group.round == round) yield();
  return group.values[turn].data();
}

inline void run_thread() {
  block->body();
  block->threads[threadIdx.x].done = true;
  ++block->steps;
  for (Group* group : {&block->warps[threadIdx.x / kWarp], &block->all}) {
    --group->alive;
    release_if_all(*group);
  }
  yield();
}

inline void run_block(int threads, std::function<void()> body) {
  Block here;
  block = &here;
  here.body = std::move(body);
  here.threads = std::vector<Thread>(std::size_t(threads));
  here.warps.resize(std::size_t(threads / kWarp));
  const auto gather = [](Group& group, int count) {
    group.alive = count;
    for (auto& row : group.values) row.resize(std::size_t(count));
  };
  for (Group& warp : here.warps) gather(warp, kWarp);
  gather(here.all, threads);
  for (Thread& thread : here.threads) {
    getcontext(&thread.context);
    thread.context.uc_stack.ss_sp = thread.stack.get();
    thread.context.uc_stack.ss_size = kStack;
    thread.context.uc_link = nullptr;
    makecontext(&thread.context, run_thread, 0);
  }
  // Every other block runs its threads backwards: what rests on their order comes out wrong.
  const bool backwards = blockIdx.x % 2 == 1;
  for (bool any = true; any;) {
    any = false;
    const long before = here.steps;
    for (int i = 0; i < threads; ++i) {
      const int number = backwards ? threads - 1 - i : i;
      Thread& thread = here.threads[std::size_t(number)];
      if (thread.done) continue;
      any = true;
      threadIdx.x = unsigned(number);
      swapcontext(&here.scheduler, &thread.context);
    }
    if (any && here.steps == before) give_up("all threads wait");
  }
  block = nullptr;
}

// What a warp's operations have in common; source(lane) says whose value a lane gets.
template <typename T>
T of_lane(int operation, T value, int source) {
  std::uint64_t bits = 0;
  std::memcpy(&bits, &value, sizeof(T));
  const int lane = int(threadIdx.x) % kWarp;
  const std::uint64_t* row = meet(block->warps[threadIdx.x / kWarp], lane, operation, bits);
  std::memcpy(&value, row + source, sizeof(T));
  return value;
}

}  // namespace cuda_on_cpu
