// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/session/projected_view.h"
#include "ui/viewport/gl_objects.h"

#include <array>
#include <cstdint>
#include <memory>
#include <vector>

namespace portrait {

struct ViewportScene;

// One of the views that a picture is made with.
struct ChosenView {
  std::shared_ptr<const ProjectedView> view;
  float weight = 0;  // they sum to 1
  bool operator==(const ChosenView&) const = default;
};
inline constexpr std::size_t kMostViews = 4;  // the shader's

// The views nearest to a camera, with weights by the angle between them that change smoothly as it
// moves (Buehler et al., "Unstructured lumigraph rendering", SIGGRAPH 2001): a view is gone before
// another takes its place. One that shows an older head counts less, and in the end nothing.
std::vector<ChosenView> nearest_views(const ProjectedViews& views, const Camera& camera,
                                      std::uint64_t head_version);
// Those that a scene needs: for its colours the nearest, for what the photo saw the photo's.
std::vector<ChosenView> views_of(const ViewportScene& scene);

// Views on the graphics card: layers of one texture with smaller copies, of which the one that was
// wanted longest ago makes room for a new one.
class ProjectedFrames {
 public:
  static constexpr int kLayers = 12;
  static constexpr int kLevels = 4;        // 512, 256, 128, 64
  static constexpr int kUploadsAStep = 2;  // 2.7 MB

  // True: more remains to be uploaded.
  bool upload(Gl* gl, const std::vector<ChosenView>& chosen);
  // -1: not there yet.
  int layer_of(const ProjectedView& view) const;
  GLuint texture() const { return texture_.id(); }

 private:
  struct Layer {
    std::uint64_t version = 0;
    std::uint64_t wanted = 0;  // the count of the upload that wanted it last
  };
  void put(Gl* gl, int layer, const ProjectedView& view);

  GlTexture texture_;
  int size_ = 0;
  std::array<Layer, kLayers> layers_;
  std::uint64_t count_ = 0;
};

}  // namespace portrait
