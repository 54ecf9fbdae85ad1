// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/base/settings.h"
#include "core/project/project_file.h"

#include <filesystem>
#include <memory>
#include <stop_token>

namespace portrait::cli {

// The head of a project (NAME.portrait) as it stands, or the finished one of a photo, made here
// with these settings and pack (empty: the one that ships). Nothing is left on the disk.
// Throws what load_project() and the stages throw; Interrupted when it was stopped.
LoadedProject head_of_file(const std::filesystem::path& photo_or_project,
                           std::shared_ptr<const Settings> settings,
                           const std::filesystem::path& pack, std::stop_token stop);

}  // namespace portrait::cli
