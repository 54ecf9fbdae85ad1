// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/camera/viewpoint_rig.h"
#include "core/image/write_image.h"
#include "core/nn/safetensors.h"
#include "core/nn/torch.h"
#include "core/prior/photo_lift.h"
#include "core/training/view_cache.h"
#include "tests/reprojection/test_views.h"

#include <cmath>
#include <filesystem>
#include <span>
#include <string>
#include <utility>
#include <vector>

namespace portrait {

// Colours of the place that is seen, so that views agree.
inline Image ball_colours(const DrivingView& view) {
  Image image(view.width(), view.height(), 3, 0.5F);
  for (int y = 0; y < view.height(); ++y) {
    for (int x = 0; x < view.width(); ++x) {
      const double depth = at2(view.depth, y, x);
      if (!std::isfinite(depth)) continue;
      const Ray ray = camera_ray(view.camera, (x + 0.5) / view.width(), (y + 0.5) / view.height());
      const Eigen::Vector3d p = ray.origin + depth * ray.direction;
      for (int c = 0; c < 3; ++c) image.at(x, y)[c] = float(0.5 + 0.4 * std::sin(9 * p[c]));
    }
  }
  return image;
}

inline Image ball_matte(const DrivingView& view) {
  Image image(view.width(), view.height(), 1);
  for (std::size_t i = 0; i < image.pixels.size(); ++i) {
    image.pixels[i] = std::isfinite(view.depth.data_ptr<float>()[i]) ? 1.0F : 0.0F;
  }
  return image;
}

inline Image ball_depth(const DrivingView& view) {
  Image image(view.width(), view.height(), 1);
  for (std::size_t i = 0; i < image.pixels.size(); ++i) {
    const double depth = view.depth.data_ptr<float>()[i];
    if (!std::isfinite(depth)) continue;
    image.pixels[i] = float(std::round((depth - ViewCacheFormat::kDepthOffset) / ViewCacheFormat::kDepthStep) / 65535);
  }
  return image;
}

// A ball, as a view cache would hold it.
inline void write_ball_subject(const std::filesystem::path& path) {
  std::vector<std::pair<std::string, std::string>> files;
  std::vector<Tensor> cameras;
  const auto add = [&](const std::string& prefix, const std::string& number, const Camera& camera) {
    const DrivingView fine = ball_view(camera, ViewCacheFormat::kPx);
    files.emplace_back(prefix + "rgb_" + number, encode_jpeg(ball_colours(fine), 95));
    files.emplace_back(prefix + "matte_" + number, encode_png(ball_matte(fine)));
  };
  int v = 0;
  for (const RigView& view : standard_viewpoint_rig()) {
    const Camera camera = rig_camera(view.viewpoint);
    const std::string number = std::to_string(v++);
    add("", number, camera);
    WriteOptions deep;
    deep.bits = 16;
    files.emplace_back("depth_" + number,
                       encode_png(ball_depth(ball_view(camera, ViewCacheFormat::kGeometryPx)), deep));
    files.emplace_back("normals_" + number,
                       encode_jpeg(Image(ViewCacheFormat::kGeometryPx, ViewCacheFormat::kGeometryPx, 3, 0.5F), 95));
    cameras.push_back(camera_tensor(camera));
  }
  add("identity_", "0", rig_camera({0, 0}));
  const Tensor all = at::stack(cameras);
  const Tensor photo = camera_tensor(rig_camera({0, 0})).unsqueeze(0);
  const auto bytes = [](const Tensor& t) {
    return std::span(static_cast<const std::byte*>(t.data_ptr()), t.nbytes());
  };
  std::vector<TensorToSave> tensors = {
      {"cameras", DType::kF32, {all.size(0), 16}, bytes(all)},
      {"identity_cameras", DType::kF32, {1, 16}, bytes(photo)}};
  for (const auto& [name, text] : files) {
    tensors.push_back({name, DType::kU8, {std::int64_t(text.size())},
                       std::as_bytes(std::span(text))});
  }
  save_safetensors(path, tensors);
}

}  // namespace portrait
