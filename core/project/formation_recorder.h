// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/project/formation.h"

#include <map>
#include <memory>
#include <string>
#include <vector>

namespace portrait {

// Everything needed to go on from a moment, bit for bit. Made and read by whoever drives the
// pipeline.
class RestartPoint {
 public:
  virtual ~RestartPoint() = default;
  // One that begins a stage holds little more than a head; one inside a stage its optimiser,
  // anchors and targets besides.
  virtual bool is_small() const = 0;
};

// Decides which moments of a formation are kept: close together while the head changes fast, every
// second one dropped when there are too many.
class FormationRecorder {
 public:
  static constexpr std::size_t kMoments = 64;       // kept in all
  static constexpr std::size_t kLargeRestarts = 4;  // inside stages, but for ends of branches
  static constexpr std::size_t kLargeEnds = 4;      // ends that can be gone on from, but the tip
  static constexpr double kFirstInterval = 1.0;     // seconds of computing time
  static constexpr double kRestartInterval = 60;

  // A moment of a head that has computed so long is to be kept.
  bool is_due(double seconds, const std::string& stage) const;
  bool restart_is_due(double seconds) const;
  // Sets id and previous. Returns the id.
  std::uint64_t add(FormationMoment moment, std::shared_ptr<const RestartPoint> restart);
  // Neither that moment nor its restart point goes until go_on_from().
  void hold(std::uint64_t id) { held_ = id; }
  // What comes now follows `id` (0: begins anew).
  void go_on_from(std::uint64_t id);

  std::shared_ptr<const Formation> formation() const { return formation_; }
  std::shared_ptr<const RestartPoint> restart(std::uint64_t id) const;
  const std::map<std::uint64_t, std::shared_ptr<const RestartPoint>>& restarts() const {
    return restarts_;
  }
  // Of a saved project: moments by id, and the restart points that were saved with them.
  static FormationRecorder of(
      Formation formation, std::map<std::uint64_t, std::shared_ptr<const RestartPoint>> restarts);

 private:
  void drop(Formation& formation, std::uint64_t id);
  void thin(Formation& formation);
  void thin_restarts(Formation& formation);
  void drop_restart(Formation& formation, std::uint64_t id);
  // Moments with a large restart point that may go: ends of branches, or those inside.
  std::vector<std::shared_ptr<const FormationMoment>> large_restarts(const Formation& formation,
                                                                     bool ends) const;

  std::shared_ptr<const Formation> formation_ = std::make_shared<Formation>();
  std::map<std::uint64_t, std::shared_ptr<const RestartPoint>> restarts_;
  std::uint64_t last_id_ = 0;
  std::uint64_t held_ = 0;
  double interval_ = kFirstInterval;
};

}  // namespace portrait
