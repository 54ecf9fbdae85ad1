// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <filesystem>
#include <functional>
#include <stop_token>
#include <string>
#include <vector>

namespace portrait {

// The caches of the trainers are folders with one safetensors file per subject, STEM_NNNNNN.

std::string cache_file_name(const std::string& stem, int index);

// Calls draw(index), from several threads, for each index of [first, first + count) that the folder
// has no file of. `progress` is called under a lock and may be empty. Stops between subjects.
// Throws kIo (folder not writable), and what draw throws.
void fill_cache_files(const std::filesystem::path& folder, const std::string& stem, int first,
                      int count, const std::function<void(int index)>& draw,
                      const std::function<void(int done, int of)>& progress, std::stop_token stop);

// In the order of their numbers; empty when there is no such folder.
std::vector<std::filesystem::path> list_cache_files(const std::filesystem::path& folder,
                                                    const std::string& stem);

// The number NNNNNN of such a file.
int cache_file_number(const std::filesystem::path& file);

}  // namespace portrait
