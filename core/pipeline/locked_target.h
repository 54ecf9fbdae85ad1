// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/guidance/image_loss.h"
#include "core/guidance/view_graph.h"
#include "core/nn/torch.h"
#include "core/pipeline/view_lock.h"

namespace portrait {

// An artist's picture as a target of stage 3: all of its colours and outlines, nothing of it
// reduced. What is transparent is not asked of the head. What is asked and is the background's
// plain grey is to be empty, what clearly differs from it to be solid: before a grey a thin head
// and a paler one look alike.
class LockedTarget {
 public:
  // Pictures of `size` pixels, maps of `width`; over kTrainedBackground.
  LockedTarget(const ArtistPicture& picture, int size, int width, at::Device device);

  // [3,S,S]: the picture where it says something, else the head's `render` [3,S,S].
  Tensor over(const Tensor& render) const;
  bool whole() const { return !asked_.defined(); }    // all of it is opaque
  const Tensor& colours() const { return colours_; }  // [3,S,S]
  const Tensor& asked() const { return asked_; }      // [1,S,S] in [0,1]; undefined: 1 everywhere

  // weight * L_I of (14) where it is asked, and its gradient at the graph's picture.
  PictureGradient pull(const ViewGraph& graph, double weight, const ImageLoss& image_loss,
                       double& loss) const;
  // With that of weight * (opacity - asked opacity)^2 besides.
  PictureGradient with_solidity(PictureGradient gradient, const ViewGraph& graph, double weight,
                                double& loss) const;

 private:
  Tensor colours_;         // [3,S,S] in [0,1]
  Tensor asked_;           // [1,S,S] in [0,1]; undefined: 1 everywhere
  Tensor opacity_, told_;  // [W,W]: 0 or 1, and where that is known
};

}  // namespace portrait
