// SPDX-License-Identifier: Apache-2.0
#include "ui/event_loop_probe.h"

#include <fmt/format.h>

#include <algorithm>

namespace portrait {
namespace {
constexpr std::size_t kMostSamples = 1 << 20;  // over an hour
}

EventLoopProbe::EventLoopProbe(QObject* parent) : QObject(parent) {
  timer_.setTimerType(Qt::PreciseTimer);
  timer_.setInterval(kProbePeriodMs);
  connect(&timer_, &QTimer::timeout, this, &EventLoopProbe::tick);
}

void EventLoopProbe::start() {
  stalls_ms_.clear();
  worst_ms_ = 0;
  worst_at_s_ = 0;
  since_start_.start();
  clock_.start();
  timer_.start();
}

void EventLoopProbe::stop() { timer_.stop(); }

void EventLoopProbe::go_on() {
  clock_.start();
  timer_.start();
}

void EventLoopProbe::tick() {
  // Timers that were missed are merged into one tick, so the gap is the whole wait.
  const double gap_ms = double(clock_.nsecsElapsed()) * 1e-6;
  clock_.start();
  const float stall_ms = float(std::max(0.0, gap_ms - kProbePeriodMs));
  if (stalls_ms_.size() < kMostSamples) stalls_ms_.push_back(stall_ms);
  if (stall_ms > worst_ms_) {
    worst_ms_ = stall_ms;
    worst_at_s_ = double(since_start_.elapsed()) * 1e-3;
  }
}

StallReport EventLoopProbe::report() const {
  StallReport report;
  report.samples = stalls_ms_.size();
  if (stalls_ms_.empty()) return report;
  std::vector<float> sorted = stalls_ms_;
  std::sort(sorted.begin(), sorted.end());
  auto quantile = [&](double q) {
    return double(sorted[std::min(sorted.size() - 1, std::size_t(q * double(sorted.size())))]);
  };
  report.median_ms = quantile(0.5);
  report.p99_ms = quantile(0.99);
  report.p999_ms = quantile(0.999);
  report.worst_ms = sorted.back();
  report.worst_at_s = worst_at_s_;
  const auto under = std::lower_bound(sorted.begin(), sorted.end(), 16.0F) - sorted.begin();
  report.share_under_16_ms = double(under) / double(sorted.size());
  return report;
}

std::string StallReport::text() const {
  return fmt::format(
      "event loop: {} samples, stalls median {:.2f} ms, 99 % {:.1f} ms, 99.9 % {:.1f} ms, worst "
      "{:.1f} ms ({:.1f} s after the start), {:.2f} % under 16 ms",
      samples, median_ms, p99_ms, p999_ms, worst_ms, worst_at_s, 100 * share_under_16_ms);
}

}  // namespace portrait
