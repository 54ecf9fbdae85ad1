// SPDX-License-Identifier: Apache-2.0
#include "core/training/subject_cache.h"

#include "core/base/error.h"
#include "core/nn/torch_safetensors.h"
#include "core/synth/numbered_subject.h"
#include "core/synth/synth_assets.h"
#include "core/training/cache_files.h"
#include "core/training/subject_writer.h"

#include <algorithm>
#include <string>

namespace portrait {
namespace fs = std::filesystem;
namespace {

constexpr const char* kStem = "subject";

}  // namespace

void fill_subject_cache(const SubjectCacheOptions& options,
                        const std::function<void(int, int)>& progress, std::stop_token stop) {
  const SynthAssets assets = SynthAssets::load(options.heads, options.hair);
  const auto draw = [&](int number) {
    const auto index = static_cast<std::uint32_t>(number);
    const SubjectMesh subject = numbered_subject(assets, number, options.seed);
    save_tensors(options.folder / cache_file_name(kStem, number),
                 draw_subject_tensors(subject, options.seed, index, options.photos_per_subject),
                 {{"seed", std::to_string(options.seed)}}, at::kFloat);
  };
  fill_cache_files(options.folder, kStem, options.first, options.count, draw, progress, stop);
}

std::vector<fs::path> list_subject_cache(const fs::path& folder) {
  std::vector<fs::path> files = list_cache_files(folder, kStem);
  check(!files.empty(), ErrorCode::kNotFound,
        "There are no subjects in \"{}\"; fill it with `portrait synth --cache` first",
        folder.string());
  return files;
}

std::vector<fs::path> hold_back_subjects(std::vector<fs::path>& files, int count) {
  const auto end =
      files.begin() + std::ptrdiff_t(std::min(std::size_t(count), files.size() / 4 + 1));
  std::vector<fs::path> back(files.begin(), end);
  files.erase(files.begin(), end);
  check(!files.empty(), ErrorCode::kBadInput, "The cache has too few subjects to train on");
  return back;
}

}  // namespace portrait
