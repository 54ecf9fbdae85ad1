// SPDX-License-Identifier: Apache-2.0
#include "core/training/view_cache.h"

#include "core/base/error.h"
#include "core/image/read_image.h"
#include "core/nn/safetensors.h"

#include <algorithm>
#include <cmath>
#include <string>

namespace portrait {
namespace fs = std::filesystem;

using Format = ViewCacheFormat;

struct ViewCacheFile::Content {
  SafetensorsFile file;
  std::vector<float> cameras;
  std::vector<float> identity_cameras;

  [[noreturn]] void refuse(const std::string& why) const {
    fail(ErrorCode::kCorrupt, "\"{}\" is not a sound file of the view cache ({}); remove it",
         file.path().string(), why);
  }

  std::vector<float> read_cameras(const char* name) const {
    const TensorView& stored = file.at(name);
    if (stored.shape.size() != 2 || stored.shape[0] < 1 || stored.shape[1] != 16) refuse(name);
    return file.floats(name);
  }

  Image decode(const std::string& name, int px, int channels) const {
    const auto bytes = file.at(name).data;
    const std::string text(reinterpret_cast<const char*>(bytes.data()), bytes.size());
    Image image;
    try {
      image = decode_image(text, name).image;
    } catch (const Error& problem) {
      refuse(problem.what());
    }
    if (image.width != px || image.height != px) refuse(name + " has another size");
    if (channels == image.channels) return image;
    Image one(px, px, 1);
    for (std::size_t i = 0; i < one.pixels.size(); ++i) {
      one.pixels[i] = image.pixels[i * std::size_t(image.channels)];
    }
    return one;
  }
};

ViewCacheFile::ViewCacheFile(const fs::path& path)
    : content_(new Content{SafetensorsFile(path), {}, {}}) {
  content_->cameras = content_->read_cameras("cameras");
  content_->identity_cameras = content_->read_cameras("identity_cameras");
}
ViewCacheFile::~ViewCacheFile() = default;
ViewCacheFile::ViewCacheFile(ViewCacheFile&&) noexcept = default;
ViewCacheFile& ViewCacheFile::operator=(ViewCacheFile&&) noexcept = default;

int ViewCacheFile::views() const { return int(content_->cameras.size() / 16); }
int ViewCacheFile::identities() const { return int(content_->identity_cameras.size() / 16); }

std::array<float, 16> ViewCacheFile::camera(int view) const {
  check(view >= 0 && view < views(), ErrorCode::kInternal, "View {} of {}", view, views());
  std::array<float, 16> numbers{};
  std::copy_n(content_->cameras.begin() + 16 * view, 16, numbers.begin());
  return numbers;
}

Image ViewCacheFile::rgb(int view) const {
  return content_->decode("rgb_" + std::to_string(view), Format::kPx, 3);
}

CachedPicture ViewCacheFile::picture(int view) const {
  return {rgb(view), content_->decode("matte_" + std::to_string(view), Format::kPx, 1),
          camera(view)};
}

CachedGeometry ViewCacheFile::geometry(int view) const {
  const std::string number = std::to_string(view);
  CachedGeometry geometry{content_->decode("depth_" + number, Format::kGeometryPx, 1),
                          content_->decode("normals_" + number, Format::kGeometryPx, 3)};
  for (float& d : geometry.depth.pixels) {
    const double v = std::round(double(d) * 65535.0);
    d = v < 1 ? 0.0F : float(Format::kDepthOffset + v * Format::kDepthStep);
  }
  return geometry;
}

CachedPicture ViewCacheFile::identity(int photo) const {
  check(photo >= 0 && photo < identities(), ErrorCode::kInternal, "Photo {} of {}", photo,
        identities());
  const std::string number = std::to_string(photo);
  CachedPicture picture{content_->decode("identity_rgb_" + number, Format::kPx, 3),
                        content_->decode("identity_matte_" + number, Format::kPx, 1), {}};
  std::copy_n(content_->identity_cameras.begin() + 16 * photo, 16, picture.camera.begin());
  return picture;
}

}  // namespace portrait
