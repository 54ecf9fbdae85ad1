// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "ui/viewport/recovery_card.h"

#include <QLockFile>
#include <QStringList>

#include <filesystem>
#include <memory>

namespace portrait {

// Autosaves and whom they belong to. A session that ends well leaves none, so one that no living
// program holds is what a crash left.
class Recoveries {
 public:
  explicit Recoveries(std::filesystem::path folder);

  // In the folder, and beside the given projects where they are newer than these; newest first.
  QList<Recovery> find(const QStringList& projects) const;
  // Marks an autosave as this program's for as long as it lives; others then leave it alone.
  // Empty: none is.
  void hold(const std::filesystem::path& autosave);
  // No program holds it.
  static bool is_left_behind(const std::filesystem::path& autosave);
  // Into the trash; away, where there is none. False: it is still there.
  static bool discard(const QString& autosave);

 private:
  std::filesystem::path folder_;
  std::filesystem::path held_;
  std::unique_ptr<QLockFile> lock_;
};

}  // namespace portrait
