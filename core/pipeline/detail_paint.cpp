// SPDX-License-Identifier: Apache-2.0
// How the detail stage paints a view: what the painter is told, and what of its answer is kept.
#include "core/nn/torch.h"

#include "core/guidance/painted_target.h"
#include "core/pipeline/detail_root.h"
#include "core/pipeline/view_render.h"

#include <algorithm>

namespace portrait {
namespace {

ViewRender seen(const ViewGraph& graph, const DrivingView& surface) {
  return {graph.camera(), graph.rgb(), graph.depth(), graph.opacity(), surface.normals};
}

}  // namespace

// What a view is told of itself (`surface`: the graph's) and of its driving view; -1: the photo.
HpdmPictures DetailStage::pictures(const ViewGraph& graph, const DrivingView& surface,
                                   int driver) const {
  HpdmPictures pictures;
  pictures.target = graph.camera();
  // Not with what was painted before of its surface: a stray stroke would be painted again, darker.
  pictures.render = graph.smooth().clamp(0, 1);
  pictures.normals = seen(graph, surface).normal_picture();
  if (driver < 0) {
    pictures.driving = root_->surface;
    pictures.image = root_->picture;
    pictures.latents = root_->latents;
  } else if (const View& of = now_.views[std::size_t(driver)]; of.rig.weight == 0) {
    // Nothing was painted there: the head as it stands.
    const ViewGraph as_it_stands(head_, of.camera, graph_options(driver));
    pictures.driving = as_it_stands.surface();
    pictures.image = as_it_stands.rgb().clamp(0, 1);
    pictures.latents = painter_->base().latents(pictures.image);
  } else {
    pictures.driving = of.surface;
    pictures.image = of.memory.target;
    pictures.latents = of.memory.latents;
  }
  return pictures;
}

// The head that the stage began with, which no painting has changed; but once an artist has painted
// a view, its colours are to reach the others, and the head of now has them.
bool DetailStage::keeps_opening() const {
  const bool by_artist = std::any_of(now_.views.begin(), now_.views.end(), [](const View& view) {
    return !view.locked.empty() && view.rig.weight > 0;
  });
  return !by_artist && (options_.colour_scale > 0 || options_.keep_outlines);
}

const OpeningHead::Look& DetailStage::opening_of(View& view) const {
  if (!view.opening.rgb.defined()) view.opening = opening_.look(view.camera, photo_.width);
  return view.opening;
}

Painted DetailStage::paint(const HpdmPictures& pictures, const OpeningHead::Look& kept,
                           const Viewpoint& where, const Tensor& noise, int denoise_steps) const {
  PaintOptions options;
  options.t = options_.timestep(now_.iteration);
  options.denoise_steps = denoise_steps;
  options.guidance = options_.guidance;
  options.weights = options_.weights;
  options.texture = options_.texture;
  options.background = kTrainedBackground;
  Painted painted =
      painter_->paint(painter_->view(pictures, options), *conditioning_, where, noise, options);
  if (options_.colour_scale > 0) {
    const double sigma = options_.colour_scale * double(kept.rgb.size(2));
    painted.picture = with_colours_kept(painted.picture, kept.rgb, kept.opacity, sigma);
  }
  if (options_.keep_outlines) {
    painted.picture = with_outlines_kept(painted.picture, kept.rgb, kept.opacity);
  }
  if (options_.colour_scale > 0 || options_.keep_outlines) {  // the next view is told of it
    painted.latents = painter_->base().latents(painted.picture);
  }
  painted.picture = without_surroundings(painted.picture, kept.opacity, kTrainedBackground);
  return painted;
}

void DetailStage::keep_to_look_at(View& view, const ViewGraph& graph, HpdmPictures pictures) const {
  const std::int64_t scale = graph.rgb().size(2) / graph.depth().size(1);
  pictures.image = at::avg_pool2d(pictures.image.unsqueeze(0), scale).squeeze(0);
  const ProjectedReference reference =
      project_reference(pictures, {.background = kTrainedBackground, .splat = {}});
  view.render = graph.low().clamp(0, 1);
  view.reference = reference.image;
  view.known = reference.known;
  ++view.painted;
  ++view.looks;
}

}  // namespace portrait
