// SPDX-License-Identifier: Apache-2.0
#include "core/exporting/staged_file.h"

#include "core/base/error.h"

#include <cerrno>
#include <cstring>
#include <utility>

#include <fcntl.h>
#include <unistd.h>

namespace portrait {
namespace fs = std::filesystem;

void write_staged(const fs::path& staged, const fs::path& target, const std::string& bytes) {
  const int file = ::open(staged.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0644);
  if (file < 0) fail_writing(target, std::strerror(errno));
  std::size_t written = 0;
  while (written < bytes.size()) {
    const ssize_t n = ::write(file, bytes.data() + written, bytes.size() - written);
    if (n < 0 && errno == EINTR) continue;
    if (n < 0) {
      const int reason = errno;
      ::close(file);
      fail_writing(target, std::strerror(reason));
    }
    written += static_cast<std::size_t>(n);
  }
  if (::close(file) != 0) fail_writing(target, std::strerror(errno));
}

StagedFile::StagedFile(fs::path target)
    : target_(std::move(target)),
      staged_(target_.parent_path() / fmt::format(".{}.{}{}", target_.stem().string(), ::getpid(),
                                                  target_.extension().string())) {}

StagedFile::~StagedFile() {
  std::error_code ignored;
  if (!committed_) fs::remove(staged_, ignored);
}

void StagedFile::commit() {
  std::error_code problem;
  fs::rename(staged_, target_, problem);
  if (problem) fail_writing(target_, problem.message());
  committed_ = true;
}

void write_verified(const fs::path& path, const std::string& bytes,
                    const std::function<void(const fs::path&)>& verify) {
  StagedFile staged(path);
  write_staged(staged.path(), path, bytes);
  verify(staged.path());
  staged.commit();
}

void fail_writing(const fs::path& path, const std::string& reason) {
  throw Error(ErrorCode::kIo,
              fmt::format("Writing \"{}\" failed: {}. Nothing that existed was changed; check that "
                          "the folder exists, that you may write there and that the disk has room",
                          path.string(), reason),
              path.string());
}

}  // namespace portrait
