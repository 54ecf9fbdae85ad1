// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <QElapsedTimer>
#include <QObject>
#include <QTimer>

#include <string>
#include <vector>

namespace portrait {

// How long the event loop kept a waiting event waiting. A precise timer is due every
// kProbePeriodMs; how late it comes is a stall. Costs one timer event each time.
struct StallReport {
  std::size_t samples = 0;
  double median_ms = 0;
  double p99_ms = 0;
  double p999_ms = 0;
  double worst_ms = 0;
  double worst_at_s = 0;           // since start()
  double share_under_16_ms = 1;  // of the samples
  std::string text() const;
};

class EventLoopProbe : public QObject {
  Q_OBJECT

 public:
  static constexpr int kProbePeriodMs = 4;

  explicit EventLoopProbe(QObject* parent = nullptr);
  void start();  // forgets what was measured
  void stop();
  void go_on();  // after stop(), with what was measured before
  StallReport report() const;

 private:
  void tick();

  QTimer timer_;
  QElapsedTimer clock_;
  QElapsedTimer since_start_;
  std::vector<float> stalls_ms_;
  double worst_at_s_ = 0;
  float worst_ms_ = 0;
};

}  // namespace portrait
