// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/base/image.h"
#include "core/base/settings.h"
#include "core/session/export_request.h"
#include "core/session/export_sources.h"
#include "core/session/head_engine.h"

#include <functional>
#include <memory>
#include <string>
#include <vector>

namespace portrait {

struct Field;
class HeadView;

// The 13 standard views, 256 px each, on one sheet.
Image contact_sheet_of_head(const HeadView& head, const std::string& title);

// Writes what the request asks for of a head frozen now, part by part: head.glb and its like with
// mesh_report.json and seen.png (core/session/mesh_export.h), turntable.mp4,
// turntable/frame_*.png, contact_sheet.png, pictures/, formation.mp4. The folder is made and proved
// writable before this returns. Throws kIo, kBadUsage (nothing asked for, or a film of no moments).
std::unique_ptr<ExportJob> begin_head_export(const Field& head, const ExportRequest& request,
                                             const Settings& settings, ExportSources sources = {});

// The same at one go. progress(done, total) after every part; stopped() true ends it early.
// Returns what was written.
std::vector<ExportedFile> export_head(const Field& head, const ExportRequest& request,
                                      const Settings& settings,
                                      const std::function<void(int done, int total)>& progress = {},
                                      const std::function<bool()>& stopped = {},
                                      ExportSources sources = {});

}  // namespace portrait
