// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/base/image.h"
#include "core/camera/camera.h"

#include <nlohmann/json_fwd.hpp>

#include <cstdint>
#include <map>
#include <memory>
#include <string>
#include <vector>

namespace portrait {

// A picture that an artist painted of a viewpoint. Eight bits a channel, so that a project keeps it
// exactly.
struct ArtistPicture {
  std::string id;                  // SHA-256 of size and pixels
  int size = 0;                    // pixels a side
  std::vector<std::uint8_t> rgba;  // sRGB-encoded, not premultiplied; alpha: how far it is asked

  // 3 or 4 channels, rounded to eight bits. Throws kBadInput unless it is square, from 64 pixels
  // on.
  static std::shared_ptr<const ArtistPicture> of(const Image& picture);
  static std::shared_ptr<const ArtistPicture> of(int size, std::vector<std::uint8_t> rgba);
  Image image() const;  // 4 channels; 3 where all of it is opaque
};

using ArtistPictures = std::map<std::string, std::shared_ptr<const ArtistPicture>>;  // by id

// A viewpoint whose target is the artist's: stage 3 does not paint it, and brings the head to it.
// While the ring has no such viewpoint, it acts on nothing.
struct ViewLock {
  Viewpoint viewpoint;
  std::shared_ptr<const ArtistPicture> picture;  // never null
  std::string name;                              // of its file, for people
};

using ViewLocks = std::vector<ViewLock>;  // one for each viewpoint, in the order they were made

const ViewLock* find_lock(const ViewLocks& locks, const Viewpoint& viewpoint);
// Both the same: viewpoints, pictures and names.
bool same_locks(const ViewLocks& a, const ViewLocks& b);

// {"azimuth": 30, "elevation": 0, "picture": id, "name": "beret.png"}
nlohmann::json lock_to_json(const ViewLock& lock);
// Throws kCorrupt naming a picture that is not there, nlohmann::json::exception.
ViewLock lock_from_json(const nlohmann::json& json, const ArtistPictures& pictures);
nlohmann::json locks_to_json(const ViewLocks& locks);
ViewLocks locks_from_json(const nlohmann::json& json, const ArtistPictures& pictures);

}  // namespace portrait
