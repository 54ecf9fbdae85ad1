// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "app/cli/command.h"

namespace portrait::cli {

// `portrait pack import`.
void add_pack_import(CLI::App& pack, Action& action);

}  // namespace portrait::cli
