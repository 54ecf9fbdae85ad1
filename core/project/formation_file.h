// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/project/formation_recorder.h"

#include <nlohmann/json_fwd.hpp>

#include <map>
#include <string>

namespace at {
class Tensor;
}

namespace portrait {

// Of a formation at most so many moments are saved, spread over it; restart points that begin a
// stage and ends of branches always are. Restart points inside stages are not: they are as large
// as the head with all that optimises it.
inline constexpr std::size_t kSavedMoments = 24;

// Adds "formation.ID.*" to the tensors of a project: texels (u8, bricks x 16384), bricks (i32),
// hashes (i64), picture (u8, H x W x 4), and mark.* of restart points.
void save_formation(const FormationRecorder& recorder, std::map<std::string, at::Tensor>& tensors,
                    nlohmann::json& document);

// tensors: all of the project's, of which restart points share the photo and the first head.
// Throws kCorrupt naming what is missing or malformed.
FormationRecorder load_formation(const std::map<std::string, at::Tensor>& tensors,
                                 const nlohmann::json& document);

}  // namespace portrait
