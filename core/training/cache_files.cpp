// SPDX-License-Identifier: Apache-2.0
#include "core/training/cache_files.h"

#include "core/base/files.h"
#include "core/base/thread_pool.h"

#include <fmt/format.h>

#include <algorithm>
#include <mutex>
#include <system_error>

namespace portrait {
namespace fs = std::filesystem;

int cache_file_number(const fs::path& file) {
  const std::string name = file.stem().string();
  return std::stoi(name.substr(name.rfind('_') + 1));
}

std::string cache_file_name(const std::string& stem, int index) {
  return fmt::format("{}_{:06}.safetensors", stem, index);
}

void fill_cache_files(const fs::path& folder, const std::string& stem, int first, int count,
                      const std::function<void(int index)>& draw,
                      const std::function<void(int done, int of)>& progress,
                      std::stop_token stop) {
  require_writable_folder(folder);
  std::mutex mutex;
  int done = 0;
  // One subject a thread: nested parallel loops run serially inside.
  parallel_for(count, 1, [&](std::int64_t begin, std::int64_t end) {
    for (std::int64_t i = begin; i < end && !stop.stop_requested(); ++i) {
      const int index = first + int(i);
      if (!fs::exists(folder / cache_file_name(stem, index))) draw(index);
      const std::lock_guard lock(mutex);
      ++done;
      if (progress) progress(done, count);
    }
  });
}

std::vector<fs::path> list_cache_files(const fs::path& folder, const std::string& stem) {
  std::vector<fs::path> files;
  std::error_code problem;
  for (const auto& entry : fs::directory_iterator(folder, problem)) {
    const fs::path& path = entry.path();
    if (path.extension() == ".safetensors" && path.stem().string().rfind(stem + "_", 0) == 0) {
      files.push_back(path);
    }
  }
  std::sort(files.begin(), files.end());
  return files;
}

}  // namespace portrait
