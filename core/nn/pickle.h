// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <filesystem>

namespace portrait {

// A pickle can run code when it is read. By its name, or by its content when it was renamed: the
// zip that torch.save writes, or a bare pickle of protocol 2 to 5.
bool looks_like_pickle(const std::filesystem::path& path);

// Throws kBadInput with the way to convert it when the file is a pickle.
void refuse_pickle(const std::filesystem::path& path);

}  // namespace portrait
