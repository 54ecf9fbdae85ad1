// SPDX-License-Identifier: Apache-2.0
#include "core/nn/torch.h"

#include "core/training/view_cache.h"

#include "core/base/error.h"
#include "core/base/random.h"
#include "core/camera/viewpoint_rig.h"
#include "core/image/write_image.h"
#include "core/nn/safetensors.h"
#include "core/prior/photo_lift.h"
#include "core/synth/numbered_subject.h"
#include "core/synth/render_subject.h"
#include "core/synth/synth_assets.h"
#include "core/training/cache_files.h"
#include "core/training/crop_camera.h"

#include <algorithm>
#include <cmath>
#include <span>
#include <string>
#include <utility>

namespace portrait {
namespace fs = std::filesystem;
namespace {

using Format = ViewCacheFormat;

constexpr const char* kTrainingStem = "views";
constexpr const char* kHeldoutStem = "heldout";
constexpr int kJpegQuality = 95;
constexpr float kGrey = 0.5F;

const char* stem(bool held_out) { return held_out ? kHeldoutStem : kTrainingStem; }

RandomStream stream(const ViewCacheOptions& options, const std::string& purpose, int subject) {
  return RandomStream({options.seed,
                       random_purpose((options.held_out ? "held out " : "") + purpose),
                       std::uint32_t(subject), 0});
}

// World units to fractions of 65535; what is not finite is empty.
Image stored_depth(const Image& depth) {
  Image stored(depth.width, depth.height, 1);
  for (std::size_t i = 0; i < stored.pixels.size(); ++i) {
    const double d = depth.pixels[i];
    if (!std::isfinite(d)) continue;
    const double v = std::round((d - Format::kDepthOffset) / Format::kDepthStep);
    stored.pixels[i] = float(std::clamp(v, 1.0, 65535.0) / 65535.0);
  }
  return stored;
}

Image stored_normals(const SubjectView& view, const Camera& camera) {
  const Eigen::Matrix3d world_to_camera = camera.world_from_camera.block<3, 3>(0, 0).transpose();
  Image stored(view.normals.width, view.normals.height, 3, 0.5F);
  for (std::size_t i = 0; i < view.depth.pixels.size(); ++i) {
    if (!std::isfinite(view.depth.pixels[i])) continue;
    const float* n = &view.normals.pixels[3 * i];
    const Eigen::Vector3d seen = world_to_camera * Eigen::Vector3d(n[0], n[1], n[2]);
    for (std::size_t k = 0; k < 3; ++k) {
      stored.pixels[3 * i + k] = float(0.5 + 0.5 * seen[Eigen::Index(k)]);
    }
  }
  return stored;
}

// Draws what one file holds and keeps the bytes until it is saved.
class ViewWriter {
 public:
  explicit ViewWriter(const SubjectMesh& subject) : subject_(subject) {}

  void add_view(int index, const Camera& camera) {
    const std::string number = std::to_string(index);
    const SubjectView seen = render_subject(subject_, camera, Format::kPx, over_grey());
    put("rgb_" + number, encode_jpeg(seen.rgb, kJpegQuality));
    put("matte_" + number, encode_png(seen.alpha));
    // Drawn at its own size: pixel centres of 256 fall between those of 512.
    SubjectRenderOptions shape;
    shape.colour = false;
    shape.supersampling = 1;
    const SubjectView surface = render_subject(subject_, camera, Format::kGeometryPx, shape);
    WriteOptions deep;
    deep.bits = 16;
    deep.png_compression = 9;
    put("depth_" + number, encode_png(stored_depth(surface.depth), deep));
    put("normals_" + number, encode_jpeg(stored_normals(surface, camera), kJpegQuality));
    add_camera(camera, cameras_);
  }

  void add_identity(int index, const Camera& camera) {
    SubjectRenderOptions options = over_grey();
    options.specular = Specular::kViewer;
    const SubjectView seen = render_subject(subject_, camera, Format::kPx, options);
    put("identity_rgb_" + std::to_string(index), encode_jpeg(seen.rgb, kJpegQuality));
    put("identity_matte_" + std::to_string(index), encode_png(seen.alpha));
    add_camera(camera, identity_cameras_);
  }

  void save(const fs::path& path, std::uint64_t seed) const {
    std::vector<TensorToSave> tensors = {cameras_to_save("cameras", cameras_),
                                         cameras_to_save("identity_cameras", identity_cameras_)};
    for (const auto& [name, bytes] : files_) {
      tensors.push_back(
          {name, DType::kU8, {std::int64_t(bytes.size())}, std::as_bytes(std::span(bytes))});
    }
    save_safetensors(path, tensors, {{"seed", std::to_string(seed)}});
  }

 private:
  static SubjectRenderOptions over_grey() {
    SubjectRenderOptions options;
    options.background = Eigen::Vector3f::Constant(kGrey);
    return options;
  }
  static TensorToSave cameras_to_save(const char* name, const std::vector<float>& numbers) {
    return {name, DType::kF32, {std::int64_t(numbers.size() / 16), 16},
            std::as_bytes(std::span(numbers))};
  }
  static void add_camera(const Camera& camera, std::vector<float>& numbers) {
    const Tensor tensor = camera_tensor(camera).contiguous();
    numbers.insert(numbers.end(), tensor.data_ptr<float>(), tensor.data_ptr<float>() + 16);
  }
  void put(const std::string& name, std::string bytes) {
    files_.emplace_back(name, std::move(bytes));
  }

  const SubjectMesh& subject_;
  std::vector<std::pair<std::string, std::string>> files_;
  std::vector<float> cameras_;
  std::vector<float> identity_cameras_;
};

void draw_subject(const SynthAssets& assets, const ViewCacheOptions& options, int index) {
  const SubjectMesh subject = numbered_subject(assets, index, options.seed, options.held_out);
  ViewWriter writer(subject);
  const std::vector<Viewpoint> viewpoints = draw_view_points(options, index);
  for (std::size_t v = 0; v < viewpoints.size(); ++v) {
    writer.add_view(int(v), rig_camera(viewpoints[v]));
  }
  RandomStream random = stream(options, "view cache photo", index);
  for (int k = 0; k < Format::kIdentities; ++k) {
    writer.add_identity(k, draw_crop_camera(random));
  }
  writer.save(options.folder / cache_file_name(stem(options.held_out), index), options.seed);
}

}  // namespace

std::vector<Viewpoint> draw_view_points(const ViewCacheOptions& options, int subject) {
  RandomStream random = stream(options, "view cache viewpoints", subject);
  std::vector<Viewpoint> viewpoints;
  for (const RigView& view : standard_viewpoint_rig()) {
    viewpoints.push_back({view.viewpoint.azimuth_deg + random.uniform(-8, 8),
                          view.viewpoint.elevation_deg + random.uniform(-6, 6)});
  }
  while (int(viewpoints.size()) < Format::kViews) {
    const double azimuth = random.uniform(-180, 180);
    viewpoints.push_back({azimuth, random.uniform(-30, 30)});
  }
  return viewpoints;
}

void fill_view_cache(const ViewCacheOptions& options,
                     const std::function<void(int done, int of)>& progress, std::stop_token stop) {
  const SynthAssets assets = SynthAssets::load(options.heads, options.hair);
  fill_cache_files(options.folder, stem(options.held_out), options.first, options.count,
                   [&](int index) { draw_subject(assets, options, index); }, progress, stop);
}

std::vector<fs::path> list_view_cache(const fs::path& folder, bool held_out) {
  return list_cache_files(folder, stem(held_out));
}

}  // namespace portrait
