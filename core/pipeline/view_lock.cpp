// SPDX-License-Identifier: Apache-2.0
#include "core/pipeline/view_lock.h"

#include "core/base/error.h"
#include "core/base/files.h"

#include <nlohmann/json.hpp>

#include <algorithm>
#include <cmath>
#include <span>
#include <utility>

namespace portrait {
namespace {

constexpr int kLeastSize = 64;

}  // namespace

std::shared_ptr<const ArtistPicture> ArtistPicture::of(const Image& picture) {
  check(picture.width == picture.height && picture.width >= kLeastSize &&
            (picture.channels == 3 || picture.channels == 4),
        ErrorCode::kBadInput,
        "A picture of a viewpoint is square, RGB or RGBA, {} pixels or more; this one is {} x {} "
        "with {} channels",
        kLeastSize, picture.width, picture.height, picture.channels);
  std::vector<std::uint8_t> rgba;
  rgba.reserve(std::size_t(picture.width) * picture.width * 4);
  for (int y = 0; y < picture.height; ++y) {
    for (int x = 0; x < picture.width; ++x) {
      const float* p = picture.at(x, y);
      for (int c = 0; c < 4; ++c) {
        const float value = c < picture.channels ? std::clamp(p[c], 0.0F, 1.0F) : 1.0F;
        rgba.push_back(static_cast<std::uint8_t>(std::lround(value * 255)));
      }
    }
  }
  return of(picture.width, std::move(rgba));
}

std::shared_ptr<const ArtistPicture> ArtistPicture::of(int size, std::vector<std::uint8_t> rgba) {
  check(size >= kLeastSize && rgba.size() == std::size_t(size) * size * 4, ErrorCode::kBadInput,
        "A picture of a viewpoint has {} bytes; {} x {} pixels of four are expected", rgba.size(),
        size, size);
  auto made = std::make_shared<ArtistPicture>();
  made->size = size;
  made->id = sha256_hex(std::as_bytes(std::span(rgba)));  // the size follows from their number
  made->rgba = std::move(rgba);
  return made;
}

Image ArtistPicture::image() const {
  bool opaque = true;
  for (std::size_t i = 3; i < rgba.size(); i += 4) opaque = opaque && rgba[i] == 255;
  const int channels = opaque ? 3 : 4;
  Image picture(size, size, channels);
  for (std::size_t i = 0; i < rgba.size() / 4; ++i) {
    for (int c = 0; c < channels; ++c) {
      picture.pixels[i * std::size_t(channels) + std::size_t(c)] =
          float(rgba[4 * i + std::size_t(c)]) / 255.0F;
    }
  }
  return picture;
}

const ViewLock* find_lock(const ViewLocks& locks, const Viewpoint& viewpoint) {
  const auto found = std::find_if(locks.begin(), locks.end(), [&](const ViewLock& lock) {
    return lock.viewpoint == viewpoint;
  });
  return found == locks.end() ? nullptr : &*found;
}

bool same_locks(const ViewLocks& a, const ViewLocks& b) {
  return std::equal(a.begin(), a.end(), b.begin(), b.end(),
                    [](const ViewLock& one, const ViewLock& other) {
                      return one.viewpoint == other.viewpoint && one.name == other.name &&
                             one.picture->id == other.picture->id;
                    });
}

nlohmann::json lock_to_json(const ViewLock& lock) {
  return {{"azimuth", lock.viewpoint.azimuth_deg},
          {"elevation", lock.viewpoint.elevation_deg},
          {"picture", lock.picture->id},
          {"name", lock.name}};
}

ViewLock lock_from_json(const nlohmann::json& json, const ArtistPictures& pictures) {
  const auto id = json.at("picture").get<std::string>();
  const auto found = pictures.find(id);
  check(found != pictures.end(), ErrorCode::kCorrupt,
        "The picture {} of a locked view is not in the project; it is damaged", id);
  return {{json.at("azimuth").get<double>(), json.at("elevation").get<double>()},
          found->second,
          json.at("name").get<std::string>()};
}

nlohmann::json locks_to_json(const ViewLocks& locks) {
  nlohmann::json list = nlohmann::json::array();
  for (const ViewLock& lock : locks) list.push_back(lock_to_json(lock));
  return list;
}

ViewLocks locks_from_json(const nlohmann::json& json, const ArtistPictures& pictures) {
  ViewLocks locks;
  for (const nlohmann::json& item : json) locks.push_back(lock_from_json(item, pictures));
  return locks;
}

}  // namespace portrait
