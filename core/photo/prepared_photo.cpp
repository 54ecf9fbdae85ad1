// SPDX-License-Identifier: Apache-2.0
#include "core/nn/torch.h"

#include "core/photo/prepared_photo.h"

#include "core/base/error.h"
#include "core/image/colour.h"
#include "core/image/read_image.h"
#include "core/photo/edited_matte.h"
#include "core/photo/landmark_finder.h"
#include "core/photo/landmark_net.h"
#include "core/photo/matting.h"

#include <algorithm>
#include <chrono>
#include <cmath>
#include <functional>

namespace portrait {
namespace {

// A cascade's box is a face above the first, a window of the scan above the second.
constexpr double kFaceConfidence = 0.4;
constexpr double kSureConfidence = 0.7;
constexpr double kFilmDiagonal = 43.2666;  // mm, of 36 x 24

class PartTimer {
 public:
  explicit PartTimer(std::vector<std::pair<std::string, double>>& seconds) : seconds_(seconds) {}
  void mark(const std::string& part) {
    const auto now = std::chrono::steady_clock::now();
    seconds_.emplace_back(part, std::chrono::duration<double>(now - last_).count());
    last_ = now;
  }
  void total() {
    seconds_.emplace_back("total", std::chrono::duration<double>(last_ - first_).count());
  }

 private:
  std::vector<std::pair<std::string, double>>& seconds_;
  std::chrono::steady_clock::time_point first_ = std::chrono::steady_clock::now();
  std::chrono::steady_clock::time_point last_ = first_;
};

struct Candidate {
  FaceBox box;
  FaceLandmarks landmarks;  // empty points without a network
};

Candidate look_closer(const FaceBox& box, const Image& photo, const PrepareOptions& options) {
  Candidate candidate{box, {}};
  if (options.landmark_net) {
    candidate.landmarks = find_landmarks(*options.landmark_net, photo, box);
  }
  return candidate;
}

std::vector<Candidate> by_cascades(const Image& photo, const PrepareOptions& options,
                                   const std::function<bool(const FaceBox&)>& accept) {
  DetectOptions detect;
  detect.accept = accept;
  std::vector<Candidate> candidates;
  for (const FaceBox& box : detect_faces(photo, detect)) {
    candidates.push_back(look_closer(box, photo, options));
  }
  return candidates;
}

bool is_sure(const Candidate& candidate) {
  return candidate.landmarks.confidence > kSureConfidence;
}

std::vector<Candidate> by_network(const Image& photo, const PrepareOptions& options) {
  std::vector<Candidate> candidates;
  for (const FaceBox& box : scan_for_faces(*options.landmark_net, photo)) {
    Candidate candidate = look_closer(box, photo, options);
    if (is_sure(candidate)) candidates.push_back(std::move(candidate));
  }
  return candidates;
}

bool from_left(const Candidate& a, const Candidate& b) {
  return a.box.centre_x() < b.box.centre_x();
}

// Doubtful candidates give way to a sure one beside them: an ear, or a face in the hair, lies
// within a face and a half of the head's own.
std::vector<Candidate> settled(std::vector<Candidate> doubtful, std::vector<Candidate> sure) {
  constexpr double kReach = 1.5;  // of the sure face's width
  const auto gives_way = [&](const Candidate& candidate) {
    return std::any_of(sure.begin(), sure.end(), [&](const Candidate& other) {
      return std::hypot(candidate.box.centre_x() - other.box.centre_x(),
                        candidate.box.centre_y() - other.box.centre_y()) <
             kReach * other.box.width;
    });
  };
  doubtful.erase(std::remove_if(doubtful.begin(), doubtful.end(), gives_way), doubtful.end());
  for (Candidate& candidate : doubtful) sure.push_back(std::move(candidate));
  std::sort(sure.begin(), sure.end(), from_left);
  return sure;
}

// Faces, left to right: what cascade and network agree on; where the network doubts all of these,
// what it is sure of by itself first; else, or without a network, what the cascades give together
// with a pair of eyes.
std::vector<Candidate> find_candidates(const Image& photo, const PrepareOptions& options) {
  std::vector<Candidate> candidates;
  if (options.landmark_net) {
    candidates = by_cascades(photo, options, [&](const FaceBox& box) {
      return look_closer(box, photo, options).landmarks.confidence > kFaceConfidence;
    });
    if (std::none_of(candidates.begin(), candidates.end(), is_sure)) {
      candidates = settled(std::move(candidates), by_network(photo, options));
    }
  }
  if (candidates.empty()) {
    candidates =
        by_cascades(photo, options, [](const FaceBox& box) { return box.has_eyes; });
  }
  return candidates;
}

std::size_t choose(const std::vector<Candidate>& candidates, const PrepareOptions& options,
                   const std::string& name) {
  check(!candidates.empty(), ErrorCode::kNoFace, "No face was found in \"{}\". Use a photo that "
        "shows one face from the front or turned by at most 60 degrees, upright, lit, and at least "
        "a tenth of the picture's height", name);
  if (options.face >= 0) {
    check(options.face < int(candidates.size()), ErrorCode::kBadUsage,
          "Face {} was asked for, but \"{}\" has {} (numbered from 1 on, from left to right)",
          options.face + 1, name, candidates.size());
    return std::size_t(options.face);
  }
  const auto largest = std::max_element(
      candidates.begin(), candidates.end(), [](const Candidate& a, const Candidate& b) {
        return a.box.width * a.box.height < b.box.width * b.box.height;
      });
  return std::size_t(largest - candidates.begin());
}

PoseOptions pose_options(const PrepareOptions& options, std::optional<double> exif_fov_deg) {
  PoseOptions out;
  if (options.fov_deg) {
    check(*options.fov_deg >= 5 && *options.fov_deg <= 120, ErrorCode::kBadUsage,
          "A field of view of {} degrees was given; photos have 5 to 120", *options.fov_deg);
    out.fov_deg = options.fov_deg;
  } else {
    out.fov_deg = exif_fov_deg;
  }
  return out;
}

// Horizontal, of a photo with that focal length in EXIF.
double exif_fov(const Image& photo, double focal_35mm) {
  const double focal_px = focal_35mm / kFilmDiagonal * std::hypot(photo.width, photo.height);
  return fov_of_focal(focal_px / photo.width);
}

// Without a network, or where it is unsure: size, place and roll from the cascades alone.
HeadPose fallback_pose(const FaceBox& box, const Image& photo, const PoseOptions& options) {
  Eigen::Vector2d left(box.left_eye_x, box.left_eye_y);
  Eigen::Vector2d right(box.right_eye_x, box.right_eye_y);
  if (!box.has_eyes) {
    // Where eyes are in a cascade's box, on average.
    left = {box.x + 0.31 * box.width, box.y + 0.39 * box.height};
    right = {box.x + 0.69 * box.width, box.y + 0.39 * box.height};
  }
  return pose_from_eyes(left, right, photo.width, photo.height, options);
}

Points2 projected_mean(const Camera& camera, const Image& photo) {
  Points2 points;
  for (const Eigen::Vector3d& p : mean_landmarks()) {
    const Projection at = project(camera, p);
    points.emplace_back(at.u * photo.width, at.v * photo.height);
  }
  return points;
}

void solve_pose(PreparedPhoto& out, const Candidate& chosen, const PrepareOptions& options) {
  const PoseOptions pose = pose_options(options, out.exif_fov_deg);
  out.landmark_confidence = chosen.landmarks.confidence;
  const bool trusted =
      !chosen.landmarks.points.empty() && chosen.landmarks.confidence >= options.min_confidence;
  if (trusted) {
    const FaceLandmarks landmarks =
        looked_at_again(*options.landmark_net, out.photo, chosen.landmarks);
    out.landmarks = landmarks.points;
    out.pose = fit_head_pose(out.landmarks, landmarks.scale, out.photo.width, out.photo.height,
                             pose);
  } else {
    out.pose = fallback_pose(chosen.box, out.photo, pose);
    out.landmarks = projected_mean(out.pose.camera, out.photo);
    out.findings.push_back(
        make_finding("pose_from_eyes", FindingSeverity::kWarning,
                     options.landmark_net ? finding_text::kEyesUntrusted
                                          : finding_text::kEyesNoNetwork));
  }
  out.photo_camera = out.pose.camera;
}

}  // namespace

PreparedPhoto prepare_photo(const Image& source, const std::string& name,
                            const PrepareOptions& options, std::optional<double> focal_35mm) {
  check(source.channels == 3 || source.channels == 4, ErrorCode::kBadInput,
        "A photo has 3 or 4 channels, \"{}\" has {}", name, source.channels);
  check(options.crop_size >= 64 && options.crop_size <= 2048, ErrorCode::kBadUsage,
        "A crop of {} px was asked for; 64 to 2048 are possible", options.crop_size);
  PreparedPhoto out;
  PartTimer timer(out.seconds);
  out.name = name;
  out.background = options.background;
  Image photo = source;
  const double pixels = double(photo.width) * photo.height;
  if (pixels > double(options.max_kept_pixels)) {
    const double scale = std::sqrt(double(options.max_kept_pixels) / pixels);
    photo = resize(photo, std::max(1, int(photo.width * scale)),
                   std::max(1, int(photo.height * scale)));
  }
  Image alpha;
  if (photo.channels == 4) {
    alpha = channels_of(photo, 3, 1);
    photo = over_grey(photo, alpha, options.background);
    out.matte_from_alpha = true;
  }
  out.photo = std::move(photo);
  timer.mark("prepare");

  const std::vector<Candidate> candidates = find_candidates(out.photo, options);
  const std::size_t chosen = choose(candidates, options, name);
  out.face = int(chosen);
  for (const Candidate& candidate : candidates) out.faces.push_back(candidate.box);
  timer.mark("detect");

  if (focal_35mm) out.exif_fov_deg = exif_fov(out.photo, *focal_35mm);
  solve_pose(out, candidates[chosen], options);
  timer.mark("pose");

  out.alignment =
      align_head(out.photo_camera, out.photo.width, out.photo.height, options.crop_size);
  out.crop_camera = out.alignment.crop_camera;
  for (const auto& p : out.landmarks) {
    out.crop_landmarks.push_back(apply(out.alignment.crop_from_photo, p));
  }
  out.crop = cut_crop(out.photo, out.alignment);
  const Image coverage =
      warp_coverage(out.photo.width, out.photo.height, out.alignment.photo_from_crop,
                    options.crop_size, options.crop_size);
  timer.mark("crop");

  if (out.matte_from_alpha) {
    out.matte = cut_crop(alpha, out.alignment);
    for (std::size_t i = 0; i < out.matte.pixels.size(); ++i) {
      out.matte.pixels[i] *= coverage.pixels[i];
    }
    out.crop_on_background = over_grey(out.crop, coverage, options.background);
  } else {
    MattingOptions matting;
    matting.net = options.matte_net;
    out.matte = matte_person(out.crop, out.crop_camera, coverage, matting);
    out.crop_on_background = crop_over_background(out.crop, out.matte, options.background);
  }
  timer.mark("matte");

  CoachInput input;
  input.photo = &out.photo;
  input.face_count = int(out.faces.size());
  input.face_chosen = options.face >= 0;
  input.points = &out.landmarks;
  input.pose = &out.pose;
  // Without trusted landmarks their uncertainty was already said.
  input.confidence = out.findings.empty() ? out.landmark_confidence : 1.0;
  for (Finding& finding : coach(input)) out.findings.push_back(std::move(finding));
  timer.mark("coach");
  timer.total();
  return out;
}

PreparedPhoto prepare_photo(const std::filesystem::path& path, const PrepareOptions& options) {
  const auto start = std::chrono::steady_clock::now();
  LoadedImage loaded = read_image(path);
  const double read =
      std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
  PreparedPhoto out =
      prepare_photo(loaded.image, path.filename().string(), options, loaded.focal_35mm);
  out.seconds.insert(out.seconds.begin(), {"read", read});
  out.seconds.back().second += read;
  std::vector<Finding> notes;
  for (std::string& warning : loaded.warnings) {
    notes.push_back({"file", FindingSeverity::kNote, std::move(warning)});
  }
  out.findings.insert(out.findings.end(), notes.begin(), notes.end());
  return out;
}

}  // namespace portrait
