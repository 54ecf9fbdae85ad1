// SPDX-License-Identifier: Apache-2.0
// Locking of views: what the pipeline keeps and journals of it.
#include "core/nn/torch.h"

#include "core/base/error.h"
#include "core/pipeline/detail_stage.h"
#include "core/pipeline/pipeline.h"

#include <nlohmann/json.hpp>

#include <algorithm>
#include <utility>

namespace portrait {
namespace {

nlohmann::json place_of(const Viewpoint& viewpoint) {
  return {{"azimuth", viewpoint.azimuth_deg}, {"elevation", viewpoint.elevation_deg}};
}

}  // namespace

void Pipeline::lock_view(ViewLock lock) {
  check(lock.picture != nullptr, ErrorCode::kInternal, "A view is locked without a picture");
  const ViewLock* before = find_lock(locks_, lock.viewpoint);
  if (before != nullptr && same_locks({*before}, {lock})) return;
  pictures_[lock.picture->id] = lock.picture;
  const nlohmann::json argument = lock_to_json(lock);
  const Viewpoint viewpoint = lock.viewpoint;
  if (before != nullptr) {
    locks_[std::size_t(before - locks_.data())] = std::move(lock);
  } else {
    locks_.push_back(std::move(lock));
  }
  note_lock(viewpoint, "lock", argument);
}

void Pipeline::unlock_view(const Viewpoint& viewpoint) {
  if (find_lock(locks_, viewpoint) == nullptr) return;
  std::erase_if(locks_, [&](const ViewLock& lock) { return lock.viewpoint == viewpoint; });
  note_lock(viewpoint, "unlock", place_of(viewpoint));
}

void Pipeline::set_locks(const ViewLocks& locks) {
  const ViewLocks before = locks_;
  for (const ViewLock& lock : before) {
    if (find_lock(locks, lock.viewpoint) == nullptr) unlock_view(lock.viewpoint);
  }
  for (const ViewLock& lock : locks) lock_view(lock);
}

void Pipeline::add_pictures(const ArtistPictures& pictures) {
  pictures_.insert(pictures.begin(), pictures.end());
}

// Of what was said of one viewpoint between two steps, the last alone acts: an artist who saves
// again and again while the run stands still leaves one picture in the journal.
void Pipeline::note_lock(const Viewpoint& viewpoint, const std::string& command,
                         nlohmann::json argument) {
  tell_locks();
  if (!under_way_) return;
  while (journal_.back().step >= std::max(steps_taken_, noted_from_)) {
    const JournalEntry& last = journal_.back();
    const bool replaced = (last.command == "lock" || last.command == "unlock") &&
                          last.argument.at("azimuth") == viewpoint.azimuth_deg &&
                          last.argument.at("elevation") == viewpoint.elevation_deg;
    if (!replaced) break;
    journal_.pop_back();
  }
  note(command, std::move(argument));
}

void Pipeline::tell_locks() {
  if (auto* painting = dynamic_cast<DetailStage*>(running_.get())) painting->take_locks(locks_);
}

}  // namespace portrait
