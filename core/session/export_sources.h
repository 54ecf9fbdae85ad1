// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/pipeline/photo_input.h"
#include "core/project/project_file.h"
#include "core/texture/bake_source.h"

#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace portrait {

struct ExportRequest;
struct Formation;
struct FormationMoment;

// What an export takes beside the head.
struct ExportSources {
  std::optional<BakeView> photo{};  // for the texture: photo_bake_view(); none: without
  std::string extras_json{};        // kept in the GLB (seed, photo, settings); empty: none
  std::vector<std::shared_ptr<const FormationMoment>> moments{};  // of the film, oldest first
};

// The photo as a texture takes it: the head's crop at the photo's own resolution, by its camera,
// the matte enlarged to it. Of a project that lost its photo the canonical crop. It leads.
BakeView photo_bake_view(const PhotoInput& input, const ProjectInfo& info);

// All of it for what is asked of a head in the making.
ExportSources export_sources(const Pipeline& pipeline, const ProjectInfo& info,
                             const Formation& formation, const ExportRequest& request);

}  // namespace portrait
