// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/base/error.h"

#include <csignal>
#include <functional>
#include <string>

#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

namespace portrait {

enum class Hardship { kFullDisk, kNoRights };

// Runs `action` in a child process for which the disk is full (a limit on the size of files) or
// which has no rights (user nobody). Returns "" when it threw kIo with a message, what went
// wrong else. Only the calling thread lives in the child, so `action` must not use the pool.
inline std::string must_fail_with_io(Hardship hardship, const std::function<void()>& action,
                                     rlim_t disk_bytes = 512) {
  int pipe_ends[2];
  if (::pipe(pipe_ends) != 0) return "no pipe";
  const pid_t child = ::fork();
  if (child < 0) return "no child";
  if (child == 0) {
    std::string outcome = "nothing was thrown";
    if (hardship == Hardship::kFullDisk) {
      std::signal(SIGXFSZ, SIG_IGN);  // write() then fails with EFBIG
      const rlimit limit{disk_bytes, disk_bytes};
      if (::setrlimit(RLIMIT_FSIZE, &limit) != 0) outcome = "no limit";
    } else if (::geteuid() == 0 && (::setgid(65534) != 0 || ::setuid(65534) != 0)) {
      outcome = "privileges kept";
    }
    try {
      action();
    } catch (const Error& error) {
      outcome = error.code() == ErrorCode::kIo && !error.message().empty()
                    ? ""
                    : "wrong error: " + error.message();
    } catch (const std::exception& error) {
      outcome = std::string("wrong exception: ") + error.what();
    }
    outcome += '\0';
    const auto written = ::write(pipe_ends[1], outcome.data(), outcome.size());
    ::_exit(written > 0 ? 0 : 1);
  }
  ::close(pipe_ends[1]);
  std::string outcome;
  char buffer[512];
  for (ssize_t n; (n = ::read(pipe_ends[0], buffer, sizeof buffer)) > 0;) {
    outcome.append(buffer, std::size_t(n));
  }
  ::close(pipe_ends[0]);
  int status = 0;
  ::waitpid(child, &status, 0);
  if (!WIFEXITED(status) || outcome.empty()) return "the child died";
  outcome.pop_back();
  return outcome;
}

}  // namespace portrait
