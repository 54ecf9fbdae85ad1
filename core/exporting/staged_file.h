// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <filesystem>
#include <functional>
#include <string>

namespace portrait {

// A hidden name beside a target, for writers that stream or that are checked before they replace
// anything. commit() renames it over the target; without it the destructor removes it.
class StagedFile {
 public:
  explicit StagedFile(std::filesystem::path target);
  ~StagedFile();
  StagedFile(const StagedFile&) = delete;
  StagedFile& operator=(const StagedFile&) = delete;

  // Same extension as the target.
  const std::filesystem::path& path() const { return staged_; }
  const std::filesystem::path& target() const { return target_; }
  // Throws kIo.
  void commit();

 private:
  std::filesystem::path target_;
  std::filesystem::path staged_;
  bool committed_ = false;
};

// Writes bytes to a staged file, lets `verify` read it back (and throw), then renames.
// Throws kIo, and what verify throws.
void write_verified(const std::filesystem::path& path, const std::string& bytes,
                    const std::function<void(const std::filesystem::path& staged)>& verify);

// Writes bytes to a file that stands in for `target`, which is the one that messages name. Throws
// kIo and may leave a part of the file.
void write_staged(const std::filesystem::path& staged, const std::filesystem::path& target,
                  const std::string& bytes);

// kIo with the system's reason and what to do about it.
[[noreturn]] void fail_writing(const std::filesystem::path& path, const std::string& reason);

}  // namespace portrait
