// SPDX-License-Identifier: Apache-2.0
#include "core/training/heldout.h"

#include "core/base/error.h"
#include "core/base/files.h"
#include "core/base/thread_pool.h"
#include "core/camera/viewpoint_rig.h"
#include "core/image/read_image.h"
#include "core/image/write_image.h"
#include "core/synth/render_subject.h"
#include "core/synth/subject_mesh.h"
#include "core/synth/subject_recipe.h"
#include "core/synth/synth_assets.h"

#include <nlohmann/json.hpp>

#include <algorithm>
#include <cmath>
#include <map>
#include <mutex>

namespace portrait {
namespace fs = std::filesystem;
namespace {

constexpr int kSize = HeldoutFormat::kSize;
constexpr int kFormat = 1;
const char* const kMeanHead = "mean_head";

std::string view_name(const Viewpoint& v) {
  return fmt::format("az{:+04.0f}_el{:+03.0f}", v.azimuth_deg, v.elevation_deg);
}

std::string subject_name(int index) {
  return fmt::format("subject_{:02}", index);
}

struct SetView {
  Viewpoint viewpoint;
  bool standard = true;
};

std::vector<SetView> set_views() {
  std::vector<SetView> views;
  for (const RigView& view : standard_viewpoint_rig()) views.push_back({view.viewpoint, true});
  views.push_back({{45, 0}, false});
  return views;
}

Image rgba_of(const SubjectView& view) {
  Image rgba(kSize, kSize, 4);
  for (int y = 0; y < kSize; ++y) {
    for (int x = 0; x < kSize; ++x) {
      std::copy_n(view.rgb.at(x, y), 3, rgba.at(x, y));
      rgba.at(x, y)[3] = *view.alpha.at(x, y);
    }
  }
  return rgba;
}

// World units to the stored values, as fractions of 65535; what is not finite is empty.
Image stored_depth(const Image& depth) {
  Image stored(kSize, kSize, 1);
  for (std::size_t i = 0; i < stored.pixels.size(); ++i) {
    const double d = depth.pixels[i];
    if (!std::isfinite(d) || d <= 0) continue;
    const double v = std::round((d - HeldoutFormat::kDepthOffset) / HeldoutFormat::kDepthStep);
    stored.pixels[i] = static_cast<float>(std::clamp(v, 1.0, 65535.0) / 65535.0);
  }
  return stored;
}

void write_view(const fs::path& folder, const Viewpoint& viewpoint, const Image& rgba,
                const Image& depth) {
  const std::string name = view_name(viewpoint);
  write_image(folder / (name + ".webp"), rgba);
  WriteOptions deep;
  deep.bits = 16;
  deep.png_compression = 9;
  write_image(folder / (name + "_depth.png"), stored_depth(depth), deep);
}

// Sums over subjects of what one viewpoint shows, in double. Slices of subjects are summed apart
// and then in order, so that the average does not depend on the number of threads.
struct ViewSums {
  std::vector<double> colour = std::vector<double>(std::size_t(kSize) * kSize * 3);
  std::vector<double> alpha = std::vector<double>(std::size_t(kSize) * kSize);
  std::vector<double> depth = std::vector<double>(std::size_t(kSize) * kSize);
  std::vector<double> seen = std::vector<double>(std::size_t(kSize) * kSize);

  void add(const SubjectView& view) {
    for (std::size_t i = 0; i < alpha.size(); ++i) {
      const double a = view.alpha.pixels[i];
      alpha[i] += a;
      for (std::size_t c = 0; c < 3; ++c) colour[3 * i + c] += a * view.rgb.pixels[3 * i + c];
      const double d = view.depth.pixels[i];
      if (std::isfinite(d)) {
        depth[i] += d;
        seen[i] += 1;
      }
    }
  }
  void add(const ViewSums& other) {
    const auto sum = [](std::vector<double>& into, const std::vector<double>& from) {
      for (std::size_t i = 0; i < into.size(); ++i) into[i] += from[i];
    };
    sum(colour, other.colour);
    sum(alpha, other.alpha);
    sum(depth, other.depth);
    sum(seen, other.seen);
  }
  // Colour: the alpha-weighted average; alpha: the average, so that the mask at 0.5 is where most
  // heads are; depth: the average of those that are there.
  void average(int subjects, Image& rgba, Image& mean_depth) const {
    rgba = Image(kSize, kSize, 4);
    mean_depth = Image(kSize, kSize, 1);
    for (std::size_t i = 0; i < alpha.size(); ++i) {
      const double a = alpha[i] / subjects;
      if (a < 0.5 / 255) continue;
      for (std::size_t c = 0; c < 3; ++c) {
        rgba.pixels[4 * i + c] = static_cast<float>(colour[3 * i + c] / alpha[i]);
      }
      rgba.pixels[4 * i + 3] = static_cast<float>(a);
      if (a >= 0.5 && seen[i] > 0) mean_depth.pixels[i] = static_cast<float>(depth[i] / seen[i]);
    }
  }
};

class SetWriter {
 public:
  SetWriter(const HeldoutOptions& options, const std::function<void(int, int)>& progress,
            std::stop_token stop)
      : options_(options),
        progress_(progress),
        stop_(std::move(stop)),
        assets_(SynthAssets::load(options.heads, options.hair)),
        views_(set_views()) {}

  void write() {
    subjects();
    mean_head();
    if (stop_.stop_requested()) return;
    write_text_file(options_.folder / "heldout.json", description().dump(2) + "\n");
  }

 private:
  SubjectMesh subject(std::uint64_t seed, bool held_out, std::int64_t index) const {
    SynthOptions synth;
    synth.seed = seed;
    synth.held_out = held_out;
    return build_subject(assets_, draw_recipe(static_cast<std::uint32_t>(index), synth));
  }

  void count() {
    const std::lock_guard lock(mutex_);
    progress_(++done_, options_.subjects + options_.mean_subjects);
  }

  void subjects() {
    parallel_for(options_.subjects, 1, [&](std::int64_t begin, std::int64_t end) {
      for (std::int64_t i = begin; i < end && !stop_.stop_requested(); ++i) {
        const SubjectMesh mesh = subject(options_.seed, true, i);
        const fs::path folder = options_.folder / subject_name(static_cast<int>(i));
        fs::create_directories(folder);
        for (const SetView& view : views_) {
          SubjectRenderOptions render;
          render.supersampling = 3;
          const SubjectView seen = render_subject(mesh, rig_camera(view.viewpoint), kSize, render);
          write_view(folder, view.viewpoint, rgba_of(seen), seen.depth);
        }
        count();
      }
    });
  }

  void mean_head() {
    constexpr int kSlices = 4;
    std::vector<std::vector<ViewSums>> sums(kSlices, std::vector<ViewSums>(views_.size()));
    parallel_slices(options_.mean_subjects, kSlices,
                    [&](int slice, std::int64_t begin, std::int64_t end) {
                      for (std::int64_t i = begin; i < end && !stop_.stop_requested(); ++i) {
                        const SubjectMesh mesh =
                            subject(options_.training_seed, false, options_.mean_first + i);
                        SubjectRenderOptions render;
                        render.supersampling = 1;  // the average is smooth anyway
                        for (std::size_t v = 0; v < views_.size(); ++v) {
                          sums[std::size_t(slice)][v].add(
                              render_subject(mesh, rig_camera(views_[v].viewpoint), kSize, render));
                        }
                        count();
                      }
                    });
    if (stop_.stop_requested()) return;
    const fs::path folder = options_.folder / kMeanHead;
    fs::create_directories(folder);
    for (std::size_t v = 0; v < views_.size(); ++v) {
      ViewSums total;
      for (const auto& slice : sums) total.add(slice[v]);
      Image rgba;
      Image depth;
      total.average(options_.mean_subjects, rgba, depth);
      write_view(folder, views_[v].viewpoint, rgba, depth);
    }
  }

  nlohmann::ordered_json description() const {
    nlohmann::ordered_json json;
    json["format"] = kFormat;
    json["size"] = kSize;
    json["depth"] = {{"offset", HeldoutFormat::kDepthOffset},
                     {"step", HeldoutFormat::kDepthStep},
                     {"meaning",
                      "distance along the pixel's unit ray in units of 40 cm = offset + "
                      "step * value; 0 = empty"}};
    for (const SetView& view : views_) {
      const Camera camera = rig_camera(view.viewpoint);
      std::vector<double> matrix;
      for (int r = 0; r < 4; ++r) {
        for (int c = 0; c < 4; ++c) matrix.push_back(camera.world_from_camera(r, c));
      }
      json["views"].push_back({{"name", view_name(view.viewpoint)},
                               {"azimuth_deg", view.viewpoint.azimuth_deg},
                               {"elevation_deg", view.viewpoint.elevation_deg},
                               {"standard", view.standard},
                               {"focal", camera.focal_x},
                               {"world_from_camera", matrix}});
    }
    for (int i = 0; i < options_.subjects; ++i) {
      json["subjects"].push_back({{"name", subject_name(i)}, {"index", i}});
    }
    json["seed"] = options_.seed;
    json[kMeanHead] = {{"subjects", options_.mean_subjects},
                       {"first", options_.mean_first},
                       {"seed", options_.training_seed}};
    json["provenance"] =
        "Synthetic, drawn by `portrait synth --heldout`. Head shapes from the ICT Face Model Light "
        "(USC ICT, MIT licence), some hair from CC0 meshes of the MakeHuman community.";
    return json;
  }

  const HeldoutOptions& options_;
  const std::function<void(int, int)>& progress_;
  std::stop_token stop_;
  SynthAssets assets_;
  std::vector<SetView> views_;
  std::mutex mutex_;
  int done_ = 0;
};

}  // namespace

void write_heldout(const HeldoutOptions& options, const std::function<void(int, int)>& progress,
                   std::stop_token stop) {
  check(options.subjects > 0 && options.mean_subjects > 0, ErrorCode::kBadUsage,
        "A held-out set needs at least one subject and one training subject for the mean head");
  require_writable_folder(options.folder);
  SetWriter(options, progress, std::move(stop)).write();
}

HeldoutSet HeldoutSet::open(const fs::path& folder) {
  const fs::path file = folder / "heldout.json";
  check(fs::exists(file), ErrorCode::kNotFound,
        "There is no held-out set in \"{}\" (no heldout.json); the one that ships is "
        "tests/data/heldout",
        folder.string());
  HeldoutSet set;
  set.folder_ = folder;
  try {
    const auto json = nlohmann::json::parse(read_text_file(file));
    const int format = json.at("format").get<int>();
    check(format == kFormat, ErrorCode::kUnsupported,
          "\"{}\" has format {}; this program reads format {}", file.string(), format, kFormat);
    const auto& depth = json.at("depth");
    check(json.at("size").get<int>() == kSize &&
              depth.at("offset").get<double>() == HeldoutFormat::kDepthOffset &&
              depth.at("step").get<double>() == HeldoutFormat::kDepthStep,
          ErrorCode::kCorrupt,
          "\"{}\" states another size or depth scale than its format has; draw the set again",
          file.string());
    for (const auto& view : json.at("views")) {
      set.viewpoints_.push_back(
          {view.at("azimuth_deg").get<double>(), view.at("elevation_deg").get<double>()});
      set.standard_.push_back(view.at("standard").get<bool>());
    }
    for (const auto& subject : json.at("subjects")) {
      set.subjects_.push_back(subject.at("name").get<std::string>());
    }
  } catch (const nlohmann::json::exception& problem) {
    fail(ErrorCode::kCorrupt, "\"{}\" is malformed: {}", file.string(), problem.what());
  }
  check(!set.subjects_.empty() && !set.viewpoints_.empty(), ErrorCode::kCorrupt,
        "\"{}\" lists no subjects or no views", file.string());
  return set;
}

int HeldoutSet::find_view(double azimuth_deg, double elevation_deg) const {
  for (std::size_t i = 0; i < viewpoints_.size(); ++i) {
    if (viewpoints_[i].azimuth_deg == azimuth_deg &&
        viewpoints_[i].elevation_deg == elevation_deg) {
      return static_cast<int>(i);
    }
  }
  fail(ErrorCode::kCorrupt, "The held-out set \"{}\" has no view at azimuth {}, elevation {}",
       folder_.string(), azimuth_deg, elevation_deg);
}

HeldoutView HeldoutSet::view(int subject, int view) const {
  return read(name(subject), view);
}
HeldoutView HeldoutSet::mean_view(int view) const {
  return read(kMeanHead, view);
}

HeldoutView HeldoutSet::read(const std::string& head, int view) const {
  const std::string name = view_name(viewpoints_.at(std::size_t(view)));
  const fs::path colour_file = folder_ / head / (name + ".webp");
  HeldoutView result;
  result.rgba = read_image(colour_file).image;
  const Image depth = read_image(folder_ / head / (name + "_depth.png")).image;
  check(result.rgba.width == kSize && result.rgba.height == kSize && result.rgba.channels == 4 &&
            depth.width == kSize && depth.height == kSize,
        ErrorCode::kCorrupt, "\"{}\" or its depth is not a {} x {} picture with alpha",
        colour_file.string(), kSize, kSize);
  result.depth = Image(kSize, kSize, 1);
  for (std::size_t i = 0; i < result.depth.pixels.size(); ++i) {
    const double v = std::round(depth.pixels[i * std::size_t(depth.channels)] * 65535.0);
    if (v < 1) continue;
    result.depth.pixels[i] =
        static_cast<float>(HeldoutFormat::kDepthOffset + v * HeldoutFormat::kDepthStep);
  }
  return result;
}

}  // namespace portrait
