// SPDX-License-Identifier: Apache-2.0
#include "core/importing/staged_folder.h"

#include "core/base/error.h"
#include "core/base/files.h"
#include "core/base/io_error.h"

#include <cerrno>
#include <cstdio>
#include <string>
#include <system_error>

#include <fcntl.h>
#include <stdlib.h>
#include <sys/file.h>
#include <unistd.h>

namespace portrait {
namespace fs = std::filesystem;
namespace {

// Without a separator at its end, and through a link to the folder that it names.
fs::path place_of(const fs::path& target) {
  fs::path place = fs::absolute(target).lexically_normal();
  if (!place.has_filename()) place = place.parent_path();
  std::error_code problem;
  const fs::path real = fs::canonical(place, problem);
  return problem ? place : real;
}

std::string prefix_of(const fs::path& target) {
  return "." + target.filename().string() + ".importing-";
}

// The lock goes with the process, however it ends.
int try_lock(const fs::path& folder) {
  const int file = ::open(folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  if (file >= 0 && ::flock(file, LOCK_EX | LOCK_NB) == 0) return file;
  if (file >= 0) ::close(file);
  return -1;
}

}  // namespace

StagedFolder::StagedFolder(const fs::path& target) : target_(place_of(target)) {
  const fs::path parent = target_.parent_path();
  require_writable_folder(parent);
  remove_debris();
  std::string name = (parent / (prefix_of(target_) + "XXXXXX")).string();
  if (::mkdtemp(name.data()) == nullptr) fail_io(parent, "Writing into", errno);
  staged_ = name;
  std::error_code problem;
  fs::permissions(staged_,
                  fs::perms::owner_all | fs::perms::group_read | fs::perms::group_exec |
                      fs::perms::others_read | fs::perms::others_exec,
                  problem);
  lock_ = try_lock(staged_);
  if (lock_ < 0) {
    const int reason = errno;
    fs::remove_all(staged_, problem);
    fail_io(staged_, "Locking", reason);
  }
}

StagedFolder::~StagedFolder() {
  std::error_code ignored;
  if (!staged_.empty()) fs::remove_all(staged_, ignored);
  if (lock_ >= 0) ::close(lock_);
}

void StagedFolder::remove_debris() const {
  std::error_code problem;
  const std::string prefix = prefix_of(target_);
  for (fs::directory_iterator it(target_.parent_path(), problem), end; !problem && it != end;
       it.increment(problem)) {
    if (!it->path().filename().string().starts_with(prefix)) continue;
    const int lock = try_lock(it->path());
    if (lock < 0) continue;
    std::error_code ignored;
    fs::remove_all(it->path(), ignored);
    ::close(lock);
  }
}

void StagedFolder::commit() {
  if (::rename(staged_.c_str(), target_.c_str()) != 0) fail_io(target_, "Writing", errno);
  staged_.clear();
}

void StagedFolder::replace() {
  if (::renameat2(AT_FDCWD, staged_.c_str(), AT_FDCWD, target_.c_str(), RENAME_EXCHANGE) == 0) {
    return;  // the old one bears the hidden name, and goes with it
  }
  const int reason = errno;
  check(
      reason != EINVAL && reason != ENOSYS, ErrorCode::kIo,
      "\"{}\" cannot be replaced in one step: its file system cannot exchange two folders. Remove "
      "it yourself, or choose another name",
      target_.string());
  fail_io(target_, "Replacing", reason);
}

}  // namespace portrait
