// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/base/random.h"
#include "core/nn/torch.h"
#include "core/training/identity_cache.h"

namespace portrait {

struct IdentityBatch {
  Tensor pictures;  // [B, 3, 112, 112] f32 in [0, 1]
  Tensor person;    // [B] int64
};

// `people` people at random, `photos` of each (less than two of one is of no use), cut with the
// errors that landmarks leave: shifted, scaled, turned; mirrored half of the time; and spoilt
// (spoil_face.h). The same key draws the same batch. Throws kBadInput (fewer people, or photos).
IdentityBatch draw_identity_batch(const IdentityFaces& faces, int people, int photos,
                                  const RandomKey& key);

// Face `index` as it is cached, without the margin: [3, 112, 112] f32 in [0, 1].
Tensor plain_face(const IdentityFaces& faces, int index);
// Faces [first, first + size) so: [size, 3, 112, 112].
Tensor plain_faces(const IdentityFaces& faces, int first, int size);

}  // namespace portrait
