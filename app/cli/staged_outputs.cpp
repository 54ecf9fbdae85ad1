// SPDX-License-Identifier: Apache-2.0
#include "app/cli/staged_outputs.h"

#include "core/base/error.h"
#include "core/base/files.h"

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <system_error>

#include <stdlib.h>

namespace portrait::cli {
namespace fs = std::filesystem;

StagedOutputs::StagedOutputs(const fs::path& out) : out_(out) {
  require_writable_folder(out);
  std::string name = (out / ".portrait-XXXXXX").string();
  check(::mkdtemp(name.data()) != nullptr, ErrorCode::kIo,
        "Nothing can be written to \"{}\": {}; choose another folder with --out", out.string(),
        std::strerror(errno));
  folder_ = name;
}

StagedOutputs::~StagedOutputs() {
  std::error_code ignored;
  fs::remove_all(folder_, ignored);
}

std::vector<StagedOutputs::Output> StagedOutputs::list() const {
  std::vector<Output> outputs;
  for (const auto& entry : fs::recursive_directory_iterator(folder_)) {
    if (!entry.is_regular_file()) continue;
    outputs.push_back({fs::relative(entry.path(), folder_).generic_string(), entry.file_size(),
                       sha256_file(entry.path())});
  }
  std::sort(outputs.begin(), outputs.end(),
            [](const Output& a, const Output& b) { return a.path < b.path; });
  return outputs;
}

void StagedOutputs::commit() {
  std::vector<std::string> names;
  for (const auto& entry : fs::directory_iterator(folder_)) {
    names.push_back(entry.path().filename().string());
  }
  std::sort(names.begin(), names.end());
  for (const std::string& name : names) {
    if (fs::is_directory(folder_ / name) && fs::exists(out_ / name)) {
      const fs::path former = folder_ / (name + ".former");
      std::error_code problem;
      fs::rename(out_ / name, former, problem);
      check(!problem, ErrorCode::kIo, "\"{}\" cannot be replaced: {}", (out_ / name).string(),
            problem.message());
    }
    commit_one(name, name);
  }
}

void StagedOutputs::commit_one(const std::string& name, const std::string& target) {
  std::error_code problem;
  fs::rename(folder_ / name, out_ / target, problem);
  check(!problem, ErrorCode::kIo, "\"{}\" cannot be written: {}", (out_ / target).string(),
        problem.message());
}

}  // namespace portrait::cli
