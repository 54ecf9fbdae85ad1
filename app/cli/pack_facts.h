// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <nlohmann/json_fwd.hpp>

namespace portrait {
class ModelPack;
}

namespace portrait::cli {

// Name, version, hash, and of each network its size, licence and provenance.
nlohmann::ordered_json facts_of_pack(const ModelPack& pack);

}  // namespace portrait::cli
