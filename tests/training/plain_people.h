// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/camera/viewpoint_rig.h"
#include "core/photo/person_shape.h"
#include "core/training/matting_augment.h"

namespace portrait {

// People without features, for what needs no head model: the average shape in one colour each.
inline MattingPeople plain_people(int count, int size = 128) {
  MattingPeople people;
  people.size = size;
  for (int i = 0; i < count; ++i) {
    const Camera camera = rig_camera({-20.0 + 10 * i, 5});
    const Image shape = person_shape(camera, size);
    Image colour(size, size, 3), matte(size, size, 1);
    for (std::size_t k = 0; k < shape.pixels.size(); ++k) {
      matte.pixels[k] = shape.pixels[k] > 0.5F ? 1.0F : 0.0F;
      colour.pixels[3 * k] = 0.8F;
      colour.pixels[3 * k + 1] = 0.6F - 0.05F * float(i % 8);
      colour.pixels[3 * k + 2] = 0.5F;
    }
    people.add(colour, matte, camera);
  }
  return people;
}

}  // namespace portrait
