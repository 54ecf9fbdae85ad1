// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <nlohmann/json_fwd.hpp>

namespace portrait::cli {

// The same facts for scripts (as_json) or for people: one line a value, nested ones indented.
void print_facts(const nlohmann::ordered_json& facts, bool as_json);

}  // namespace portrait::cli
