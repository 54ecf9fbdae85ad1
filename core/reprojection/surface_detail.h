// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/field/capsule_map.h"
#include "core/nn/torch.h"
#include "core/reprojection/driving_view.h"

#include <cstdint>
#include <vector>

namespace portrait {

// Which texels of a head's surface (Field::detail) the pixels of a picture show. Texels are R, G
// and B to be added to what renderer and super-resolution make of the head, within 0.35 of 0:
// [CapsuleMap::kTexels,3] f32 on the processor. No gradient passes; depths are taken as they are.
class SurfaceTexels {
 public:
  // Of pictures of `size` pixels, a multiple of the view's W: where its depth and opacity [W,W]
  // show a surface. On the processor, whatever the view's device. Throws as resample_view().
  SurfaceTexels(const DrivingView& view, int size);

  // [3,S,S] on the view's device: texels between their centres, times the opacity. Pictures below
  // 512 pixels see the mean of what their pixels cover, down to a quarter.
  Tensor picture(const Tensor& texels) const;

  // Moves texels towards what a picture shows more than the head: `more` [3,S,S], with `weight`
  // [S,S] in [0,1]. A texel moves to the weighted mean of its pixels by the mean of their weights,
  // times what `held` [kTexels] leaves of it: 1 holds it fast; by less where pixels cover less than
  // a fifth of it. hold: texels moved are held from now on by as much as they moved.
  void pull(Tensor& texels, Tensor& held, const Tensor& more, const Tensor& weight,
            bool hold) const;

  const Tensor& opacity() const { return opacity_; }  // [S,S], enlarged

 private:
  int size_;
  int finer_;                      // look-ups across a pixel
  Tensor opacity_;                 // [S,S], on the view's device
  std::vector<std::int32_t> lit_;  // look-ups that have a surface, row-major
  std::vector<CapsuleTaps> taps_;  // of each
};

// The head as it begins: zeros.
Tensor blank_surface_detail();

// `picture` [3,S,S] of a head, from `view` [W,W] of it, with the fine colours of its surface; the
// same where `texels` is undefined or blank, as it is before stage 3: no pixel is looked up then.
Tensor with_surface_detail(const Tensor& picture, const Tensor& texels, const DrivingView& view);

// A map [W,W] at the size of a picture, [size,size], interpolated.
Tensor enlarged(const Tensor& map, std::int64_t size);

// Cosine between the line of sight and the surface, [S,S] in [0,1] on the view's device; 0 where
// there is none, and beside steps of the depth, where pixels are of two surfaces. The view has
// normals.
Tensor facing(const DrivingView& view, int size);

// What of a difference of two pictures [3,S,S] is finer than a Gaussian of `sigma` pixels, within
// `mask` [S,S] in [0,1], whose border is no detail.
Tensor fine_part(const Tensor& difference, const Tensor& mask, double sigma);

}  // namespace portrait
