// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/photo/prepared_photo.h"
#include "core/pipeline/photo_input.h"
#include "core/project/project_file.h"
#include "core/session/photo_edit.h"
#include "core/session/snapshot.h"

#include <filesystem>

namespace portrait {

class GanPrior;
struct Field;

// A photo as it was taken in: what the pipeline needs, and what a project keeps beside that. Of
// `info` the pack's name is the caller's to fill.
struct TakenPhoto {
  PhotoInput input;
  ProjectInfo info;
};

// Throws what prepare_photo() throws, kBadUsage (a field of view out of its range).
TakenPhoto take_photo(const std::filesystem::path& path, const PrepareOptions& options);

// The photo that stands, with what the artist says of it. Where a face or a field of view is told,
// pose and crop are solved anew: of the file, if it is still the same, else of the copy that the
// project holds. options.face and options.fov_deg are not read. Throws the same, and kBadInput (an
// empty cut-out).
TakenPhoto edited_photo(const PhotoInput& input, const ProjectInfo& info, const PhotoEdit& edit,
                        PrepareOptions options);

// The head that the prior makes of it: of the photo itself where the project holds it.
Field first_head_of(const GanPrior& prior, const PhotoInput& input, const ProjectInfo& info);

// What the window is told of it.
PhotoInfo photo_info(const PhotoInput& input, const ProjectInfo& info);

}  // namespace portrait
