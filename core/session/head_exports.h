// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/base/image.h"
#include "core/base/settings.h"
#include "core/mesh/triangle_mesh.h"
#include "core/session/export_request.h"
#include "core/session/head_engine.h"

#include <functional>
#include <memory>
#include <string>
#include <vector>

namespace portrait {

struct Field;
struct FormationMoment;
class HeadView;

// The head's surface: density grid, marching cubes at the setting mesh.threshold, the largest
// component, vertex colours from the field (linear). resolution: samples along the cube's edge.
// Throws kBadInput when there is no surface at that threshold.
TriangleMesh mesh_of_head(const HeadView& head, int resolution, double threshold);

// The same without colours.
TriangleMesh surface_of_head(const HeadView& head, int resolution, double threshold);

// The 13 standard views, 256 px each, on one sheet.
Image contact_sheet_of_head(const HeadView& head, const std::string& title);

// Writes head.glb, head.ply, turntable.mp4, turntable/frame_*.png, contact_sheet.png of a head
// frozen now, part by part; formation.mp4 of `moments`, oldest first. The folder is made and
// proved writable before this returns. extras_json: kept in the GLB (seed, settings); empty: none.
// Throws kIo, kBadUsage (nothing asked for, or a film of no moments).
std::unique_ptr<ExportJob> begin_head_export(
    const Field& head, const ExportRequest& request, const Settings& settings,
    const std::string& extras_json = {},
    const std::vector<std::shared_ptr<const FormationMoment>>& moments = {});

// The same at one go. progress(done, total) after every part; stopped() true ends it early.
// Returns what was written.
std::vector<ExportedFile> export_head(const Field& head, const ExportRequest& request,
                                      const Settings& settings,
                                      const std::function<void(int done, int total)>& progress = {},
                                      const std::function<bool()>& stopped = {},
                                      const std::string& extras_json = {});

}  // namespace portrait
