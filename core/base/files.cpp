// SPDX-License-Identifier: Apache-2.0
#include "core/base/files.h"

#include "core/base/error.h"
#include "core/base/io_error.h"

#include <atomic>
#include <cerrno>
#include <cstdio>
#include <cstring>
#include <fstream>
#include <iterator>

#include <fcntl.h>
#include <unistd.h>

namespace portrait {
namespace fs = std::filesystem;
namespace {

fs::path temporary_for(const fs::path& path) {
  // Hidden and with the same extension: some writers choose the format by it. Numbered, so that
  // two threads that write the same file do not share it.
  static std::atomic<unsigned> number{0};
  return path.parent_path() / fmt::format(".{}.{}-{}{}", path.stem().string(), ::getpid(),
                                          number.fetch_add(1), path.extension().string());
}

}  // namespace

void fail_io(const fs::path& path, const char* doing, int reason) {
  const char* advice = reason == ENOSPC || reason == EFBIG
                           ? "free some space or choose another folder"
                           : "check that the folder exists and that you may write there";
  throw Error(
      ErrorCode::kIo,
      fmt::format("{} \"{}\" failed: {}; {}", doing, path.string(), std::strerror(reason), advice),
      path.string());
}

std::string read_text_file(const fs::path& path) {
  std::error_code ignored;
  check(fs::exists(path, ignored), ErrorCode::kNotFound, "There is no file \"{}\"; check the path",
        path.string());
  check(!fs::is_directory(path, ignored), ErrorCode::kIo,
        "\"{}\" is a folder where a file was expected; name a file", path.string());
  std::ifstream in(path, std::ios::binary);
  if (!in) fail_io(path, "Reading", errno);
  std::string text{std::istreambuf_iterator<char>(in), {}};
  if (in.bad()) fail_io(path, "Reading", errno);
  return text;
}

void write_file(const fs::path& path, std::span<const std::byte> bytes) {
  write_beside(path, [&](const fs::path& temporary) {
    const int file = ::open(temporary.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0644);
    if (file < 0) fail_io(path, "Writing", errno);
    std::size_t written = 0;
    while (written < bytes.size()) {
      const ssize_t n = ::write(file, bytes.data() + written, bytes.size() - written);
      if (n < 0) {
        if (errno == EINTR) continue;
        const int reason = errno;
        ::close(file);
        fail_io(path, "Writing", reason);
      }
      written += static_cast<std::size_t>(n);
    }
    if (::close(file) != 0) fail_io(path, "Writing", errno);
  });
}

void write_text_file(const fs::path& path, const std::string& text) {
  write_file(path, std::as_bytes(std::span(text)));
}

void write_beside(const fs::path& path, const std::function<void(const fs::path&)>& writer) {
  const fs::path temporary = temporary_for(path);
  std::error_code problem;
  try {
    writer(temporary);
  } catch (...) {
    fs::remove(temporary, problem);
    throw;
  }
  fs::rename(temporary, path, problem);
  if (problem) {
    std::error_code ignored;
    fs::remove(temporary, ignored);
    fail_io(path, "Writing", problem.value());
  }
}

void require_writable_folder(const fs::path& folder) {
  std::error_code problem;
  fs::create_directories(folder, problem);
  if (problem) fail_io(folder, "Making the folder", problem.value());
  const fs::path probe = folder / fmt::format(".probe.{}", ::getpid());
  const int file = ::open(probe.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
  if (file < 0) fail_io(folder, "Writing into", errno);
  ::close(file);
  fs::remove(probe, problem);
}

}  // namespace portrait
