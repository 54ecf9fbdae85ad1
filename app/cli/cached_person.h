// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "app/cli/face_teller.h"
#include "app/cli/subject_table.h"
#include "core/base/image.h"
#include "core/base/settings.h"
#include "core/exporting/contact_sheet.h"
#include "core/field/field.h"
#include "core/pipeline/photo_target.h"
#include "core/pipeline/pipeline.h"
#include "core/pipeline/view_render.h"
#include "core/training/view_cache.h"

#include <filesystem>
#include <string>
#include <vector>

namespace portrait::cli {

// A person of a view cache: their photo, and the truth of the rig's viewpoints.
struct CachedPerson {
  explicit CachedPerson(const ViewCacheFile& file);

  PhotoInput photo;
  std::vector<CachedPicture> views;
  std::vector<Camera> cameras;
};

// A head seen from a person's viewpoints.
class SeenHead {
 public:
  SeenHead(const Field& head, const CachedPerson& person);

  const ViewRender& render(std::size_t view) const { return renders_[view]; }
  Image picture(std::size_t view) const;  // 512 x 512 RGB over grey
  Image alpha(std::size_t view) const;    // 512 x 512, one channel

 private:
  std::vector<ViewRender> renders_;
};

// A pipeline that has done from `first` on all that its settings ask for, with their seed.
Pipeline finished_pipeline(const CachedPerson& person, const Field& first, const Settings& settings,
                           const StageSources& sources);

// Held-out people of a view cache, the first `subjects` of them (0: all). Throws kNotFound.
std::vector<std::filesystem::path> held_out_people(const std::filesystem::path& views,
                                                   int subjects);

// Rows of four views each: a person's truth, then what was made of them.
class HeadSheet {
 public:
  void add_truth(const CachedPerson& person);
  void add(const std::string& label, const SeenHead& seen);
  void write(const std::filesystem::path& file) const;

 private:
  std::vector<LabelledImage> pictures_;
};

// Metrics of METHOD that add_head_scores() fills.
std::vector<std::string> head_metrics();

// A head against its person's truth, as one row of the last subject: over the viewpoints but the
// front psnr_db and ssim (over both mattes, on grey), mask_iou, sharpness, detail_correlation and
// consistency_db (with the driving view); back_mask_iou from azimuth 90 on; front_psnr_db of the
// front alone; janus, 1 where `faces` tells one from azimuth 120 on.
void add_head_scores(SubjectTable& table, const std::string& row, const CachedPerson& person,
                     const SeenHead& seen, const FaceTeller& faces);

// What the truth itself reaches of consistency_db, pictures and depths drawn (those of the person's
// file), at the resolution of rays that heads have: a row of that metric alone.
void add_truth_scores(SubjectTable& table, const std::string& row, const CachedPerson& person,
                      const ViewCacheFile& file);

}  // namespace portrait::cli
