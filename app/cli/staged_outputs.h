// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <filesystem>
#include <string>
#include <vector>

namespace portrait::cli {

// All outputs of a head are first written into a hidden folder beside their places, and moved
// there together when every one is whole: a run that fails or is stopped leaves what an earlier
// one wrote untouched.
class StagedOutputs {
 public:
  // Makes `out` and proves it writable. Throws kIo.
  explicit StagedOutputs(const std::filesystem::path& out);
  ~StagedOutputs();  // removes what was not moved
  StagedOutputs(const StagedOutputs&) = delete;
  StagedOutputs& operator=(const StagedOutputs&) = delete;

  const std::filesystem::path& folder() const { return folder_; }

  struct Output {
    std::string path;  // relative to the output folder
    std::uintmax_t bytes = 0;
    std::string sha256;
  };
  std::vector<Output> list() const;  // in the order of their names

  // Moves everything; an output folder (a sequence of frames) takes the place of the former one.
  // Throws kIo.
  void commit();
  // Moves one file to `target` (a name in the output folder).
  void commit_one(const std::string& name, const std::string& target);

 private:
  std::filesystem::path out_;
  std::filesystem::path folder_;
};

}  // namespace portrait::cli
