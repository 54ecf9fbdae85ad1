// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "app/cli/command.h"

namespace portrait::cli {

// `portrait pack add NETWORK FILE...`: one network of published weights into a pack that is there
// (a prior of Portrait4D, judges of Table 1).
void add_pack_add(CLI::App& pack, Action& action);

}  // namespace portrait::cli
