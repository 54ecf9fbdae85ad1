// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <filesystem>
#include <string>

namespace portrait {

// Some model files hold code (TorchScript). They are run only when whoever sits at this computer
// has said so, never because a pack says so: for one run (--trust-code), or for good, by the file's
// SHA-256 on a line of trusted_code_file(); what stands behind a # is a comment.
bool code_is_trusted(const std::string& sha256);
// All code of this process's packs. Before the first pack is opened.
void trust_code_of_this_run();

// "portrait-studio/trusted-code" in $XDG_CONFIG_HOME or ~/.config. Empty where there is no home.
std::filesystem::path trusted_code_file();

}  // namespace portrait
