// SPDX-License-Identifier: Apache-2.0
#include "core/nn/torch.h"

#include "core/pipeline/pack_stages.h"

#include "core/guidance/detail_painter.h"
#include "core/nn/model_pack.h"
#include "core/perception/perceptual_distance.h"
#include "core/pipeline/geometry_stage.h"

#include <utility>

namespace portrait {
namespace {

class LoadedStages {
 public:
  LoadedStages(std::shared_ptr<const ModelPack> pack, PrecisionChoice precision)
      : pack_(std::move(pack)), precision_(precision) {}

  GeometryNetworks geometry() { return {diffusion(), load_plane_unet(*pack_)}; }

  std::shared_ptr<const DetailPainter> painter() {
    if (!painter_) {
      painter_ = std::make_shared<const DetailPainter>(diffusion(), load_hpdm(*pack_, precision_));
    }
    return painter_;
  }

 private:
  const std::shared_ptr<const ViewDiffusion>& diffusion() {
    if (!diffusion_) diffusion_ = ViewDiffusion::load(*pack_, at::kCPU, precision_);
    return diffusion_;
  }

  std::shared_ptr<const ModelPack> pack_;
  PrecisionChoice precision_;
  std::shared_ptr<const ViewDiffusion> diffusion_;
  std::shared_ptr<const DetailPainter> painter_;
};

}  // namespace

StageSources stage_sources(std::shared_ptr<const ModelPack> pack, PrecisionChoice precision) {
  auto loaded = std::make_shared<LoadedStages>(pack, precision);
  StageSources sources;
  if (ViewDiffusion::installed(*pack) && pack->has("geometry")) {
    sources.geometry = [loaded] { return loaded->geometry(); };
  }
  if (DetailPainter::installed(*pack)) {
    sources.painter = [loaded] { return loaded->painter(); };
    sources.plan_painting = [pack, precision](int wanted, double free_mb) {
      return plan_painting(*pack, precision, wanted, free_mb);
    };
    if (pack->has("perceptual_compact")) {
      sources.perceptual = [pack] { return PerceptualDistance::load(*pack); };
    }
  }
  return sources;
}

}  // namespace portrait
