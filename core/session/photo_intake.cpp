// SPDX-License-Identifier: Apache-2.0
#include "core/nn/torch.h"

#include "core/session/photo_intake.h"

#include "core/base/byte_value.h"
#include "core/base/error.h"
#include "core/base/files.h"
#include "core/camera/viewpoint_rig.h"
#include "core/image/colour.h"
#include "core/photo/align.h"
#include "core/photo/edited_matte.h"
#include "core/pipeline/pipeline.h"

#include <algorithm>
#include <cmath>
#include <utility>

namespace portrait {
namespace {

namespace fs = std::filesystem;

constexpr int kOverviewSide = 520;  // px, of the longer side

Alignment alignment_of(const ProjectInfo& info, int size) {
  return align_head(info.photo_camera, info.photo.width, info.photo.height, size);
}

// As a project's file holds it, so that a head is the same when it is made again of the file.
Image in_bytes(Image photo) {
  for (float& value : photo.pixels) {
    value = static_cast<float>(byte_of(value)) / 255.0F;
  }
  return photo;
}

FieldOfViewSource source_of(const PreparedPhoto& photo, const PrepareOptions& options) {
  if (options.fov_deg) return FieldOfViewSource::kTold;
  if (photo.exif_fov_deg) return FieldOfViewSource::kExif;
  const bool eyes_alone =
      std::any_of(photo.findings.begin(), photo.findings.end(),
                  [](const Finding& finding) { return finding.code == "pose_from_eyes"; });
  return eyes_alone ? FieldOfViewSource::kAssumed : FieldOfViewSource::kSolved;
}

TakenPhoto taken(PreparedPhoto photo, const PrepareOptions& options) {
  TakenPhoto out;
  ProjectInfo& info = out.info;
  info.face = options.face + 1;
  info.face_shown = photo.face;
  for (const FaceBox& box : photo.faces) {
    info.faces.push_back({box.x / photo.photo.width, box.y / photo.photo.height,
                          box.width / photo.photo.width, box.height / photo.photo.height});
  }
  info.photo_camera = photo.photo_camera;
  info.matte_from_alpha = photo.matte_from_alpha;
  info.roll_deg = photo.pose.roll_deg;
  info.field_of_view_deg = photo.pose.fov_deg;
  info.field_of_view_source = source_of(photo, options);
  info.exif_field_of_view_deg = photo.exif_fov_deg.value_or(0);
  for (Finding& finding : photo.findings) {
    info.notes.push_back({std::move(finding.code), std::move(finding.message),
                          finding.severity == FindingSeverity::kWarning, std::move(finding.pattern),
                          std::move(finding.arguments)});
  }
  out.input = {std::move(photo.crop),  std::move(photo.crop_on_background),
               std::move(photo.matte), photo.crop_camera,
               photo.background,       std::move(photo.crop_landmarks)};
  info.photo = in_bytes(std::move(photo.photo));
  return out;
}

void name_file(TakenPhoto& photo, const ProjectInfo& from) {
  photo.info.photo_name = from.photo_name;
  photo.info.photo_path = from.photo_path;
  photo.info.photo_sha256 = from.photo_sha256;
}

bool file_is_the_same(const ProjectInfo& info) {
  std::error_code error;
  if (!fs::is_regular_file(info.photo_path, error)) return false;
  try {
    return sha256_file(info.photo_path) == info.photo_sha256;
  } catch (const Error&) {
    return false;
  }
}

TakenPhoto prepared_anew(const ProjectInfo& info, const PrepareOptions& options) {
  if (file_is_the_same(info))
    return taken(prepare_photo(fs::path(info.photo_path), options), options);
  // The copy has no EXIF; what it said is known.
  PrepareOptions known = options;
  const double exif = info.exif_field_of_view_deg;
  const bool by_exif = !options.fov_deg && exif > 0;
  if (by_exif) known.fov_deg = exif;
  TakenPhoto out = taken(prepare_photo(info.photo, info.photo_name, known), known);
  out.info.exif_field_of_view_deg = exif;
  if (by_exif) out.info.field_of_view_source = FieldOfViewSource::kExif;
  return out;
}

void put_matte(TakenPhoto& photo, const Image& painted) {
  PhotoInput& input = photo.input;
  Image usable = usable_matte(painted, alignment_of(photo.info, input.crop.width),
                              photo.info.photo.width, photo.info.photo.height);
  if (photo.info.found_matte.empty()) photo.info.found_matte = input.matte;
  input.matte = std::move(usable);
  input.target = crop_over_background(input.crop, input.matte, input.background);
}

void take_back_matte(TakenPhoto& photo) {
  if (photo.info.found_matte.empty()) return;
  PhotoInput& input = photo.input;
  input.matte = std::exchange(photo.info.found_matte, {});
  if (photo.info.matte_from_alpha) {
    const Alignment alignment = alignment_of(photo.info, input.crop.width);
    const Image coverage = warp_coverage(photo.info.photo.width, photo.info.photo.height,
                                         alignment.photo_from_crop, alignment.size, alignment.size);
    input.target = over_grey(input.crop, coverage, input.background);
  } else {
    input.target = crop_over_background(input.crop, input.matte, input.background);
  }
}

}  // namespace

TakenPhoto take_photo(const fs::path& path, const PrepareOptions& options) {
  TakenPhoto out = taken(prepare_photo(path, options), options);
  out.info.photo_name = path.filename().string();
  out.info.photo_path = fs::absolute(path).string();
  out.info.photo_sha256 = sha256_file(path);
  return out;
}

TakenPhoto edited_photo(const PhotoInput& input, const ProjectInfo& info, const PhotoEdit& edit,
                        PrepareOptions options) {
  TakenPhoto out{input, info};
  const bool another_face = edit.face && (*edit.face != info.face_shown + 1 || info.face_shown < 0);
  if (another_face || edit.field_of_view_deg) {
    check(!info.photo.empty(), ErrorCode::kNotFound,
          "The photo itself is not in this project; open it again to choose a face or a lens");
    options.face = (edit.face ? *edit.face : info.face) - 1;
    options.fov_deg.reset();
    if (edit.field_of_view_deg) {
      if (*edit.field_of_view_deg > 0) options.fov_deg = *edit.field_of_view_deg;
    } else if (info.field_of_view_source == FieldOfViewSource::kTold) {
      options.fov_deg = info.field_of_view_deg;
    }
    out = prepared_anew(info, options);
    name_file(out, info);
    if (!another_face && !info.found_matte.empty()) {
      const int size = input.crop.width;
      put_matte(out, carried_matte(input.matte, alignment_of(info, size),
                                   alignment_of(out.info, size), out.input.matte));
    }
  }
  if (edit.matte && edit.matte->empty()) {
    take_back_matte(out);
  } else if (edit.matte) {
    put_matte(out, *edit.matte);
  }
  return out;
}

Field first_head_of(const GanPrior& prior, const PhotoInput& input, const ProjectInfo& info) {
  if (info.photo.empty()) return first_head(prior, input);
  return first_head(prior, input, info.photo, alignment_of(info, input.crop.width).crop_from_photo);
}

PhotoInfo photo_info(const PhotoInput& input, const ProjectInfo& info) {
  PhotoInfo photo;
  photo.path = info.photo_path;
  photo.photo_width = info.photo.width;
  photo.photo_height = info.photo.height;
  photo.crop = input.crop;
  photo.matte = input.matte;
  photo.found_matte = info.found_matte;
  photo.camera = input.camera;
  photo.viewpoint = viewpoint_of(input.camera);
  photo.roll_deg = info.roll_deg;
  photo.field_of_view_deg = info.field_of_view_deg;
  photo.field_of_view_source = info.field_of_view_source;
  photo.faces = info.faces;
  photo.face = info.face_shown;
  for (const auto& note : info.notes) {
    photo.notes.push_back({note.id, note.text, note.warning, note.pattern, note.arguments});
  }
  if (info.photo.empty()) return photo;
  const double longer = std::max(info.photo.width, info.photo.height);
  const double scale = std::min(1.0, kOverviewSide / longer);
  photo.overview = resize(info.photo, std::max(1, int(std::lround(info.photo.width * scale))),
                          std::max(1, int(std::lround(info.photo.height * scale))));
  const int size = input.crop.width;
  const Alignment alignment = alignment_of(info, size);
  const double corners[4][2] = {{0, 0}, {1, 0}, {1, 1}, {0, 1}};
  for (std::size_t i = 0; i < 4; ++i) {
    const Eigen::Vector2d at = apply(alignment.photo_from_crop,
                                     Eigen::Vector2d(corners[i][0] * size, corners[i][1] * size));
    photo.crop_corners[i] = {at.x() / info.photo.width, at.y() / info.photo.height};
  }
  return photo;
}

}  // namespace portrait
