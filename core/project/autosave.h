// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <filesystem>
#include <optional>
#include <string>
#include <vector>

namespace portrait {

// NAME.portrait -> NAME.autosave.portrait beside it.
std::filesystem::path autosave_path(const std::filesystem::path& project);
// For a head that was never saved: FOLDER/PHOTO.autosave.portrait.
std::filesystem::path autosave_path(const std::filesystem::path& folder,
                                    const std::string& photo_name);

// The same under a name that no file has yet: what a crash left of this photo stays, and two
// programs with one photo keep apart.
std::filesystem::path free_autosave_path(const std::filesystem::path& folder,
                                         const std::string& photo_name);

bool is_autosave(const std::filesystem::path& path);
// NAME of NAME.autosave.portrait.
std::string autosaved_name(const std::filesystem::path& autosave);
// The project that this is the autosave of; empty when there is none beside it.
std::filesystem::path project_of(const std::filesystem::path& autosave);

// The autosave of a project when it is newer than the project, else nothing.
std::optional<std::filesystem::path> recovery_of(const std::filesystem::path& project);
// Autosaves in a folder, newest first: what a start after a crash can offer.
std::vector<std::filesystem::path> recoveries_in(const std::filesystem::path& folder);

// Removes an autosave that a save has made obsolete; a missing one is fine.
void discard_autosave(const std::filesystem::path& autosave);

}  // namespace portrait
