// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <filesystem>
#include <string>

namespace portrait {

// Hashing weights of gigabytes takes seconds, so what was found is remembered per user, in
// $XDG_CACHE_HOME/portrait-studio/verified_files.json (~/.cache without it): path, size, inode and
// the times of the last change of content and of inode, to the nanosecond, -> SHA-256. Any of them
// changed: hashed anew. Without a place to remember in, every file is hashed each time.
inline constexpr std::uintmax_t kLeastRemembered = 64 << 20;  // smaller files are quick to hash

enum class Hashing { kRemembered, kAnew };

// Lower-case hex SHA-256 of the file that `path` leads to. Has interruption points.
// kAnew reads the file, whatever is remembered. Throws kNotFound.
std::string verified_sha256(const std::filesystem::path& path,
                            Hashing hashing = Hashing::kRemembered);

// For a file that was just written and hashed on the way. Nothing is remembered of small files, nor
// of files so young that a later change could bear the same time.
void remember_sha256(const std::filesystem::path& path, const std::string& sha256);

}  // namespace portrait
