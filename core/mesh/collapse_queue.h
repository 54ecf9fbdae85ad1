// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <limits>
#include <optional>
#include <vector>

namespace portrait {

// One end of an edge moving onto the other.
struct Collapse {
  double cost;  // 0 or more
  std::uint32_t from;
  std::uint32_t to;
  std::uint32_t from_version;  // of the ends when the cost was found: stale once they differ
  std::uint32_t to_version;

  // A whole order, so that the result does not depend on the heap.
  bool operator>(const Collapse& o) const {
    if (cost != o.cost) return cost > o.cost;
    return from != o.from ? from > o.from : to > o.to;
  }
};

// Collapses in the order of their cost. Most are superseded before their turn comes, so only the
// cheap ones stand in a heap, which then fits a cache; the others wait unsorted.
class CollapseQueue {
 public:
  // Costs are numbers; one that is infinite is never taken.
  void push(const Collapse& collapse) {
    if (std::isinf(collapse.cost)) return;
    if (collapse.cost > limit_) {
      far_.push_back(collapse);
      return;
    }
    near_.push_back(collapse);
    std::push_heap(near_.begin(), near_.end(), std::greater<>());
  }

  // The cheapest that is not stale; none: all are done.
  template <typename IsStale>
  std::optional<Collapse> pop(const IsStale& is_stale) {
    for (;;) {
      if (near_.empty() && !bring_near(is_stale)) return std::nullopt;
      std::pop_heap(near_.begin(), near_.end(), std::greater<>());
      const Collapse next = near_.back();
      near_.pop_back();
      if (!is_stale(next)) return next;
    }
  }

 private:
  template <typename IsStale>
  bool bring_near(const IsStale& is_stale) {
    constexpr std::size_t kShare = 16;
    constexpr std::size_t kLeast = 1024;
    std::erase_if(far_, is_stale);
    if (far_.empty()) return false;
    const std::size_t count = std::min(far_.size(), std::max(kLeast, far_.size() / kShare));
    const auto dearest = far_.end() - std::ptrdiff_t(count);
    std::nth_element(far_.begin(), dearest, far_.end(),
                     [](const Collapse& a, const Collapse& b) { return a.cost > b.cost; });
    limit_ = dearest->cost;
    // Those that cost the same come along, so that ties are decided as in one heap.
    const auto first =
        std::partition(far_.begin(), dearest, [&](const Collapse& c) { return c.cost > limit_; });
    near_.assign(first, far_.end());
    far_.erase(first, far_.end());
    std::make_heap(near_.begin(), near_.end(), std::greater<>());
    return true;
  }

  std::vector<Collapse> near_;  // a heap of those that cost up to limit_
  std::vector<Collapse> far_;
  double limit_ = -std::numeric_limits<double>::infinity();
};

}  // namespace portrait
