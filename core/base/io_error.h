// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <filesystem>

namespace portrait {

// kIo: what was being done ("Writing"), the file, the system's reason (an errno) and what to do
// about it.
[[noreturn]] void fail_io(const std::filesystem::path& path, const char* doing, int reason);

}  // namespace portrait
