// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <fmt/format.h>

#include <stdexcept>
#include <string>
#include <utility>

namespace portrait {

// What kind of thing went wrong. Decides the exit code of the command line and nothing else;
// people read the message.
enum class ErrorCode {
  kBadUsage,      // the call itself is wrong: unknown option, value out of its domain
  kBadInput,      // a photo, pack or project that cannot be used
  kNotFound,      // a file or folder that is not there
  kCorrupt,       // a file whose content contradicts itself or its hash
  kNoFace,        // a readable photo without a usable face
  kIo,            // reading or writing failed: disk full, not writable
  kOutOfMemory,
  kNumerical,     // a non-finite loss or gradient that could not be rolled back
  kUnsupported,   // valid, but not something this build can do
  kInternal,      // a broken promise between our own parts
};

// The one exception type of the engine. A message says what was found, what was expected, and
// what to do. Caught in three places only: worker loop, CLI main, command boundary of the window.
class Error : public std::runtime_error {
 public:
  Error(ErrorCode code, const std::string& message, std::string context = {})
      : std::runtime_error(message), code_(code), context_(std::move(context)) {}

  ErrorCode code() const { return code_; }
  std::string message() const { return what(); }
  // Where it happened: a path, a setting key, a tensor name. May be empty.
  const std::string& context() const { return context_; }
  // The same error met while doing something larger: keeps code and message.
  Error within(const std::string& where) const {
    return Error(code_, what(), context_.empty() ? where : where + ": " + context_);
  }

 private:
  ErrorCode code_;
  std::string context_;
};

// Exit code of `portrait`: 0 done, 1 failed, 2 bad usage, 3 bad input, 130 stopped.
int exit_code(ErrorCode code);

template <typename... Args>
[[noreturn]] void fail(ErrorCode code, fmt::format_string<Args...> format, Args&&... args) {
  throw Error(code, fmt::format(format, std::forward<Args>(args)...));
}

// Guards an argument or a state; the message says what was expected.
template <typename... Args>
void check(bool ok, ErrorCode code, fmt::format_string<Args...> format, Args&&... args) {
  if (!ok) fail(code, format, std::forward<Args>(args)...);
}

}  // namespace portrait
