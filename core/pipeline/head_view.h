// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/base/image.h"
#include "core/base/settings.h"
#include "core/camera/camera.h"
#include "core/field/field.h"
#include "core/field/occupancy.h"
#include "core/pipeline/front_measure.h"
#include "core/pipeline/photo_target.h"

namespace portrait {

struct HeadPicture {
  Image rgba;   // RGB sRGB-encoded, alpha = opacity, not premultiplied
  Image depth;  // one channel: distance along the unit ray, 0 where opacity is below 0.5
};

struct LookOptions {
  int coarse = 48;
  int fine = 48;
  float background = 0.5F;  // what the super-resolution sees behind the head

  static LookOptions from(const Settings& settings);
};

// The colour of the setting `background`: one grey for R, G and B, in [0, 1].
float background_of(const Settings& settings);

// A head to look at: a field that does not change, with what makes looking at it fast. No
// gradients. Copies of the tensors are shared with the field, so it is valid until the field's
// next step; frozen() keeps its own.
class HeadView {
 public:
  HeadView(const Field& field, const LookOptions& options);
  static HeadView frozen(const Field& field, const LookOptions& options);

  // By renderer and super-resolution: 4 * width pixels; by the renderer alone when the field has
  // no super-resolution or neural is false: width pixels.
  HeadPicture picture(const Camera& camera, int width, bool neural = true) const;
  // With other sample counts than the head's own.
  HeadPicture picture(const Camera& camera, int width, bool neural,
                      const LookOptions& options) const;

  const Field& field() const { return field_; }
  const OccupancyGrid& occupancy() const { return occupancy_; }

 private:
  Field field_;
  LookOptions options_;
  OccupancyGrid occupancy_;
};

// What the camera sees of the head as if it were a photo of it, with a matte that is exact:
// `width` feature pixels a side, four times as many in the photo where there is super-resolution.
PhotoInput photo_of(const Field& head, const Camera& camera, int width);

FrontMeasure measure_front(const HeadView& head, const PhotoInput& photo);

}  // namespace portrait
