// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/guidance/view_graph.h"
#include "core/nn/torch.h"
#include "core/reprojection/surface_detail.h"

#include <memory>
#include <vector>

namespace portrait {

// What pictures say of the fine colours of a head's surface (Field::detail), gathered between two
// updates of the head: of each, what it has more than the head shows, above the resolution of the
// rays. The photo and an artist's pictures come first, as far as they see the surface from in
// front; what is painted moves what they leave, by `rate` times its cosine cubed, so that of
// neighbouring views the one that faces the surface has the say.
class FineDetail {
 public:
  enum class Source { kPhoto, kArtist, kPainted };

  // What the head shows.
  struct Shown {
    Tensor rgb;                                   // [3,S,S]
    std::shared_ptr<const SurfaceTexels> texels;  // of that picture
    DrivingView surface;                          // [W,W], with normals

    static Shown of(const ViewGraph& graph, const DrivingView& surface) {
      return {graph.rgb(), graph.surface_texels(), surface};
    }
  };
  // `target` [3,S,S]; `mask` [S,S] or [1,S,S] in [0,1]: where it speaks of the head, undefined:
  // wherever the head is shown. Nothing where there are no texels, or the rate is 0.
  void add(Source source, const Shown& shown, const Tensor& target, const Tensor& mask,
           double rate);
  void clear() { said_.clear(); }
  // Moves the texels, in place, and forgets what was said.
  void apply(Tensor& texels);

 private:
  struct Said {
    Source source;
    std::shared_ptr<const SurfaceTexels> where;
    Tensor more, weight;  // SurfaceTexels::pull's
  };
  // What has the say: texels show it, and hold it against what comes after.
  static void settle(const Said& said, Tensor& texels, Tensor& held);

  std::vector<Said> said_;
};

}  // namespace portrait
