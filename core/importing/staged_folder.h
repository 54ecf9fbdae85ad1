// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <filesystem>

namespace portrait {

// A folder that comes to be as a whole. Everything is written into a hidden folder beside its
// place and renamed there at the end: whatever interrupts before that leaves the place as it was.
// The hidden folder is locked while this lives, so that what a killed process left behind is told
// from another that is at work, and is removed by the next that writes to the same place.
class StagedFolder {
 public:
  // Makes the folder that `target` is to stand in. Throws kIo.
  explicit StagedFolder(const std::filesystem::path& target);
  ~StagedFolder();  // removes what was not committed
  StagedFolder(const StagedFolder&) = delete;
  StagedFolder& operator=(const StagedFolder&) = delete;

  const std::filesystem::path& path() const { return staged_; }
  const std::filesystem::path& target() const { return target_; }

  // Renames to the target: one that is absent or an empty folder. Throws kIo.
  void commit();
  // Changes places with the target, in one step, then removes what stood there. Throws kIo; the
  // target is then the old one.
  void replace();

 private:
  void remove_debris() const;

  std::filesystem::path target_;
  std::filesystem::path staged_;
  int lock_ = -1;
};

}  // namespace portrait
