// SPDX-License-Identifier: Apache-2.0
#include "core/project/formation_recorder.h"

#include <algorithm>
#include <utility>
#include <vector>

namespace portrait {
namespace {

using MomentPtr = std::shared_ptr<const FormationMoment>;

MomentPtr with(const MomentPtr& moment, const auto& change) {
  FormationMoment made = *moment;
  change(made);
  return std::make_shared<const FormationMoment>(std::move(made));
}

bool has_child(const Formation& formation, std::uint64_t id) {
  return std::any_of(formation.moments.begin(), formation.moments.end(),
                     [id](const MomentPtr& m) { return m->previous == id; });
}

}  // namespace

bool FormationRecorder::is_due(double seconds, const std::string& stage) const {
  const MomentPtr tip = formation_->find(formation_->tip);
  return tip == nullptr || tip->stage != stage || seconds - tip->seconds >= interval_;
}

bool FormationRecorder::restart_is_due(double seconds) const {
  const MomentPtr last = formation_->restart_of(formation_->tip);
  return last == nullptr || seconds - last->seconds >= kRestartInterval;
}

std::uint64_t FormationRecorder::add(FormationMoment moment,
                                     std::shared_ptr<const RestartPoint> restart) {
  auto formation = std::make_shared<Formation>(*formation_);
  moment.id = ++last_id_;
  moment.previous = formation->tip;
  moment.restart = restart != nullptr;
  if (restart) restarts_[moment.id] = std::move(restart);
  formation->tip = moment.id;
  formation->moments.push_back(std::make_shared<const FormationMoment>(std::move(moment)));
  thin(*formation);
  thin_restarts(*formation);
  formation_ = std::move(formation);
  return last_id_;
}

void FormationRecorder::go_on_from(std::uint64_t id) {
  auto formation = std::make_shared<Formation>(*formation_);
  formation->tip = id;
  held_ = 0;
  const MomentPtr tip = formation->find(id);
  // A branch is watched as closely as the first one was.
  const auto line = formation->line(id);
  interval_ = kFirstInterval;
  if (tip != nullptr && line.size() > 2) {
    interval_ = std::max(kFirstInterval, tip->seconds / double(line.size()));
  }
  formation_ = std::move(formation);
}

std::shared_ptr<const RestartPoint> FormationRecorder::restart(std::uint64_t id) const {
  const auto found = restarts_.find(id);
  return found == restarts_.end() ? nullptr : found->second;
}

// What followed it follows the one before it.
void FormationRecorder::drop(Formation& formation, std::uint64_t id) {
  const MomentPtr gone = formation.find(id);
  std::erase(formation.moments, gone);
  for (MomentPtr& moment : formation.moments) {
    if (moment->previous != id) continue;
    moment = with(moment, [&](FormationMoment& m) { m.previous = gone->previous; });
  }
  restarts_.erase(id);
}

// Every second moment of the branch at hand goes; of other branches all but their ends and their
// restart points go first.
void FormationRecorder::thin(Formation& formation) {
  if (formation.moments.size() <= kMoments) return;
  const auto line = formation.line(formation.tip);
  const auto plain = [&](const MomentPtr& m) { return !m->restart && has_child(formation, m->id); };
  std::vector<std::uint64_t> going;
  for (const MomentPtr& moment : formation.moments) {
    const bool here = std::find(line.begin(), line.end(), moment) != line.end();
    if (!here && plain(moment)) going.push_back(moment->id);
  }
  if (going.empty()) {
    for (std::size_t i = 1; i + 1 < line.size(); i += 2) {
      if (plain(line[i])) going.push_back(line[i]->id);
    }
    interval_ *= 2;
  }
  if (going.empty()) {  // nothing but restart points and ends: the oldest end of another branch
    for (const MomentPtr& moment : formation.moments) {
      const bool needed = moment->id == formation.tip || moment->id == held_;
      if (needed || has_child(formation, moment->id)) continue;
      going.push_back(moment->id);
      break;
    }
  }
  for (const std::uint64_t id : going) drop(formation, id);
}

std::vector<MomentPtr> FormationRecorder::large_restarts(const Formation& formation,
                                                         bool ends) const {
  std::vector<MomentPtr> large;
  for (const MomentPtr& moment : formation.moments) {
    const auto found = restarts_.find(moment->id);
    if (found == restarts_.end() || found->second->is_small()) continue;
    const bool needed = moment->id == formation.tip || moment->id == held_;
    if (!needed && has_child(formation, moment->id) != ends) large.push_back(moment);
  }
  return large;
}

void FormationRecorder::drop_restart(Formation& formation, std::uint64_t id) {
  restarts_.erase(id);
  for (MomentPtr& moment : formation.moments) {
    if (moment->id != id) continue;
    moment = with(moment, [](FormationMoment& m) { m.restart = false; });
  }
}

// Of the large ones inside branches, that goes which stands closest after another of its branch;
// of those at ends the oldest.
void FormationRecorder::thin_restarts(Formation& formation) {
  const auto after_another = [&](const MomentPtr& moment) {
    const MomentPtr before = formation.restart_of(moment->previous);
    return before ? moment->seconds - before->seconds : moment->seconds;
  };
  for (auto inside = large_restarts(formation, false); inside.size() > kLargeRestarts;
       inside = large_restarts(formation, false)) {
    const auto closest =
        std::min_element(inside.begin(), inside.end(), [&](const MomentPtr& a, const MomentPtr& b) {
          return after_another(a) < after_another(b);
        });
    drop_restart(formation, (*closest)->id);
  }
  for (auto ends = large_restarts(formation, true); ends.size() > kLargeEnds;
       ends = large_restarts(formation, true)) {
    drop_restart(formation, ends.front()->id);
  }
}

FormationRecorder FormationRecorder::of(
    Formation formation, std::map<std::uint64_t, std::shared_ptr<const RestartPoint>> restarts) {
  FormationRecorder recorder;
  for (const MomentPtr& moment : formation.moments) {
    recorder.last_id_ = std::max(recorder.last_id_, moment->id);
  }
  const std::uint64_t tip = formation.tip;
  recorder.formation_ = std::make_shared<const Formation>(std::move(formation));
  recorder.restarts_ = std::move(restarts);
  recorder.go_on_from(tip);
  return recorder;
}

}  // namespace portrait
