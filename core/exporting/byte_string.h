// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/base/error.h"

#include <string>
#include <type_traits>
#include <utility>

namespace portrait {

// The value's bytes as the machine has them: little-endian, as GLB, PLY and STL want them.
template <typename Value>
void append_bytes(std::string& bytes, const Value& value) {
  static_assert(std::is_trivially_copyable_v<Value>);
  bytes.append(reinterpret_cast<const char*>(&value), sizeof value);
}

// Guards what a reader finds. Throws kCorrupt, with `file` ("GLB") in the message.
template <typename... Args>
void require_usable(bool ok, const char* file, fmt::format_string<Args...> format, Args&&... args) {
  if (!ok) {
    fail(ErrorCode::kCorrupt, "Not a usable {}: {}; export it again", file,
         fmt::format(format, std::forward<Args>(args)...));
  }
}

}  // namespace portrait
