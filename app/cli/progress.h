// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/session/snapshot.h"

#include <filesystem>
#include <memory>
#include <string>

namespace portrait::cli {

// What `generate` tells while it works. On standard output; errors and warnings of the log go to
// standard error whatever is chosen here.
class Progress {
 public:
  virtual ~Progress() = default;
  virtual void photo(const std::filesystem::path& path, int index, int count) = 0;
  virtual void warning(const std::string& text) = 0;
  virtual void first_head(double seconds) = 0;
  virtual void step(const Snapshot& snapshot) = 0;
  virtual void exporting(const ExportStatus& status) = 0;
  virtual void stopped(const std::filesystem::path& project) = 0;
  virtual void done(const Snapshot& snapshot, const std::filesystem::path& out, double seconds) = 0;
};

// "plain": for people; "json": one object a line with a member "event"; "none": nothing.
// Throws kBadUsage.
std::unique_ptr<Progress> make_progress(const std::string& kind);

}  // namespace portrait::cli
