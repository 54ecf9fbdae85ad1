// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/base/image.h"

#include <memory>

namespace portrait {
class LandmarkNet;
class ModelPack;
}  // namespace portrait

namespace portrait::cli {

// Azimuth, to either side, from which on a face is one too many (METHOD, Metrics: janus).
inline constexpr double kNoFaceFromDeg = 120;

// Tells faces in views of a head. What the cascades take for one counts if the pack's landmark
// network, which knows ears and hair for no face, finds one there too; without that network the
// cascades decide alone, which see faces in smooth backs of heads too.
class FaceTeller {
 public:
  explicit FaceTeller(const ModelPack& pack);

  // RGBA. Our rig shows every head upright and filling the frame: a box of less than a fifth of it
  // is no face of this head.
  bool shows_face(const Image& rgba) const;

 private:
  std::shared_ptr<const LandmarkNet> landmarks_;
};

}  // namespace portrait::cli
