// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/field/evaluator.h"
#include "core/field/field.h"
#include "core/field/renderer.h"
#include "core/nn/torch.h"
#include "core/pipeline/photo_target.h"
#include "core/pipeline/ray_sampler.h"

#include <cstdint>
#include <memory>
#include <vector>

namespace portrait {

// Holds the head to T_init where the photo says nothing (METHOD, stage 1b). Two terms, and the
// relief of what it shows:
// - points: density and colour features at random points, against T_init's own. This is what
//   T_init's renders from all sides are made of, compared before compositing: it sees every side
//   at every step and costs a tenth of rendering one of them.
// - views: patches of T_init's feature images from random directions, through the
//   super-resolution under optimisation and the first one, so that it does not learn the photo by
//   heart at the price of the other sides.
class Hold {
 public:
  struct Options {
    int points = 4096;  // per step
    int bank = 24;      // patches rendered beforehand
    int patch = 24;     // their width in feature pixels, at most the image's
    int coarse = 48;    // the renderer's samples for them
    int fine = 48;
  };

  Hold(const Field& first_head, const PhotoTarget& target, std::uint64_t seed,
       const Options& options);
  Hold(const Hold&) = delete;  // the evaluator refers to the field
  Hold& operator=(const Hold&) = delete;

  struct Terms {
    Tensor density;  // scalars
    Tensor colour;
    Tensor views;  // undefined when views = 0 or there is no super-resolution
  };
  // Differentiable in `head`; random points and patches are a function of (seed, step).
  Terms terms(const Field& head, int step, int views) const;

  // relief_loss() of a rectangle of the photo's view, [h,w] each, against T_init's; differentiable
  // in `depth`.
  Tensor relief(const PixelRect& rect, const Tensor& depth, const Tensor& opacity) const;

 private:
  Tensor points(int step) const;  // [N,3]
  // How firmly a point is held: 1 out of the photo's sight, little where it must be free.
  void firmness(const Tensor& points, Tensor& density, Tensor& colour) const;
  void look(const PhotoTarget& target);  // renders T_init: its relief, the bank
  void build_bank(const PhotoTarget& target, const RenderOptions& options);

  Field first_;
  std::unique_ptr<FieldEvaluator> first_look_up_;
  Options options_;
  std::uint64_t seed_;
  Camera camera_;
  float background_;
  Tensor seen_depth_;                  // [1,1,W,W] of T_init at the photo's camera
  Tensor seen_opacity_;                // [1,1,W,W]
  Tensor matte_;                       // [1,1,W,W]
  Tensor relief_depth_;                // [W,W], of the renderer's fine pass too
  Tensor relief_opacity_;              // [W,W]
  Tensor cells_;                       // [K,3] lower corners of T_init's occupied cells
  double cell_ = 0;                    // their side
  std::vector<Tensor> bank_features_;  // [1,32,p,p]
  std::vector<Tensor> bank_pictures_;  // [1,3,4p,4p], by the first super-resolution
};

}  // namespace portrait
