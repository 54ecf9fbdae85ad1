// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/session/snapshot.h"

#include <filesystem>
#include <memory>
#include <vector>

namespace portrait {

class HeadView;
class Pipeline;
struct ViewLock;

// Pictures of viewpoints on their way to the artist and back, for an engine with a pipeline.
class ViewLocker {
 public:
  // As HeadEngine::lock_view() and write_view().
  void lock(Pipeline& pipeline, const Settings& settings, const Viewpoint& viewpoint,
            const std::filesystem::path& picture) const;
  void write(const Pipeline& pipeline, const HeadView& head, const Viewpoint& viewpoint,
             const std::filesystem::path& file) const;
  // For snapshots: each picture is made small once.
  std::shared_ptr<const std::vector<LockedView>> shown(const std::vector<ViewLock>& locks);

 private:
  std::shared_ptr<const std::vector<LockedView>> shown_;
};

}  // namespace portrait
