// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/base/image.h"
#include "core/base/random.h"
#include "core/camera/camera.h"
#include "core/nn/torch.h"

#include <cstdint>
#include <vector>

namespace portrait {

// People cut out of their photos, in memory.
struct MattingPeople {
  int size = 512;                   // side of a photo
  std::vector<std::uint8_t> rgba;   // [count, size, size, 4]: own colours (sRGB), opacity
  std::vector<Camera> cameras;      // [count], of the photos
  int count() const { return int(cameras.size()); }
  // colour: size x size x 3, the person's own, whatever stands behind; matte: size x size x 1.
  // Throws kInternal for another size.
  void add(const Image& colour, const Image& matte, const Camera& camera);
  Image person(int index) const;  // size x size x 4, premultiplied, in [0, 1]
};

struct MattingBatch {
  Tensor inputs;  // [B, 5, 256, 256] f32, as MatteNet::forward takes them
  Tensor alpha;   // [B, 1, 256, 256] f32 in [0, 1], 0 outside the photo
};

// People at random as real photos may show them: crops shifted, scaled and turned as a wrong face
// box does it, mirrored, reaching out of the photo; before backgrounds of every kind, others of the
// people among them; in other clothes; with other light, blur, noise and compression. The same key
// gives the same batch.
MattingBatch draw_matting_batch(const MattingPeople& people, int size, const RandomKey& key);

// A background as it may stand behind a person: one or two patterns, turned, in focus or not.
// size x size x 3 in [0, 1]. Moves `random` on.
Image draw_matting_background(RandomStream& random, int size);

}  // namespace portrait
