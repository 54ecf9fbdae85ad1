// SPDX-License-Identifier: Apache-2.0
#include "core/nn/torch.h"

#include "core/training/painted_views.h"

#include "core/base/error.h"
#include "core/guidance/detail_painter.h"
#include "core/nn/model_pack.h"
#include "core/pipeline/image_tensor.h"
#include "core/reprojection/splat_noise.h"
#include "core/training/cache_files.h"
#include "core/training/hpdm_batch.h"
#include "core/training/pair_file.h"
#include "core/training/training_pictures.h"
#include "core/training/view_cache.h"

#include <map>
#include <memory>

namespace portrait {
namespace fs = std::filesystem;
namespace {

constexpr int kViews = ViewCacheFormat::kStandardViews;

class ViewPainter {
 public:
  ViewPainter(const ModelPack& pack, const PaintedViewsOptions& options, int side)
      : options_(options),
        side_(side),
        painter_(DetailPainter::load(pack)),
        sizes_(pack_hpdm(pack).control.sizes) {}

  void paint(const PairFile& pairs, const ViewCacheFile& file, int subject,
             std::vector<PaintedView>& views) const {
    const auto person = painter_->base().conditioning(tensor_of_image(file.identity(0).rgb));
    for (int v = 0; v < kViews; ++v) {
      const RandomKey key{1, random_purpose("painted view"), std::uint32_t(subject),
                          std::uint32_t(v)};
      RandomStream random(key);
      PairChoice choice = draw_pair_kind(random);
      PaintOptions how;
      how.t = random.integer(options_.first_t, options_.last_t);
      const HpdmView told = pairs.view(v, choice.kind, choice.true_normals, true, sizes_);
      const NoiseShape shape = painter_->base().noise_shape(ViewCacheFormat::kPx);
      RandomKey of_noise = key;
      of_noise.purpose = random_purpose("painted view noise");
      const Tensor noise = fresh_noise(of_noise, shape.channels, shape.height, shape.width);
      const Tensor clean =
          painter_->denoised(told, *person, viewpoint_of(pairs.camera(v)), noise, how);
      views.push_back(cut(file.picture(v), decoded(clean, noise)));
    }
  }

 private:
  Tensor decoded(const Tensor& clean, const Tensor& noise) const {
    return painter_->base().schedule().add_noise(clean, noise,
                                                 at::full({1}, options_.noise_left, at::kLong));
  }

  // To the subject's box, at the borders of cells.
  PaintedView cut(const CachedPicture& seen, const Tensor& latents) const {
    const int cell = painter_->base().vae().config().reduction();
    PixelBox box = subject_box(seen.matte, side_);
    const auto outwards = [&](std::int64_t begin, std::int64_t end) {
      return std::pair(begin / cell, (end + cell - 1) / cell);
    };
    const auto [top, bottom] = outwards(box.top, box.bottom);
    const auto [left, right] = outwards(box.left, box.right);
    const Tensor picture = bytes_of_image(seen.rgb);
    return {latents.slice(1, top, bottom).slice(2, left, right).clone(),
            picture.slice(1, top * cell, bottom * cell)
                .slice(2, left * cell, right * cell)
                .clone()};
  }

  const PaintedViewsOptions& options_;
  int side_;
  std::shared_ptr<const DetailPainter> painter_;
  UNetSizes sizes_;
};

}  // namespace

std::vector<PaintedView> paint_views(const PaintedViewsOptions& options, const fs::path& views,
                                     int side) {
  std::vector<PaintedView> painted;
  if (options.pack.empty()) return painted;
  const at::NoGradGuard no_grad;
  const ModelPack pack = ModelPack::open(options.pack);
  const PairProvenance provenance{latent_space_of(pack), pack.network("prior").sha256};
  const ViewPainter painter(pack, options, side);
  std::map<int, fs::path> pictures;
  for (const fs::path& path : list_view_cache(views, false))
    pictures[cache_file_number(path)] = path;
  for (const fs::path& path : list_pair_cache(options.pairs, false)) {
    const PairFile pairs(path, provenance);
    const int number = cache_file_number(path);
    const auto found = pictures.find(number);
    if (!pairs.has_large() || found == pictures.end()) continue;
    painter.paint(pairs, ViewCacheFile(found->second), number, painted);
  }
  check(!painted.empty(), ErrorCode::kNotFound,
        "No pairs in \"{}\" have large latents and views in \"{}\"; make some with `portrait train "
        "pairs --large`",
        options.pairs.string(), views.string());
  return painted;
}

PaintedPieces draw_painted_pieces(const std::vector<PaintedView>& views, int side, int count,
                                  const RandomKey& key) {
  check(!views.empty(), ErrorCode::kInternal, "There are no painted views to take pieces of");
  RandomStream random(key);
  std::vector<Tensor> latents, pictures;
  for (int i = 0; i < count; ++i) {
    const PaintedView& view =
        views[std::size_t(random.integer(0, static_cast<int>(views.size()) - 1))];
    const std::int64_t cell = view.picture.size(1) / view.latents.size(1);
    const std::int64_t cells = side / cell;
    const auto place = [&](std::int64_t size) {
      return std::int64_t(random.integer(0, static_cast<int>(size - cells)));
    };
    const std::int64_t top = place(view.latents.size(1));
    const std::int64_t left = place(view.latents.size(2));
    latents.push_back(view.latents.slice(1, top, top + cells).slice(2, left, left + cells));
    pictures.push_back(view.picture.slice(1, top * cell, top * cell + side)
                           .slice(2, left * cell, left * cell + side));
  }
  return {at::stack(latents), at::stack(pictures).to(at::kFloat) * (2.0 / 255) - 1};
}

}  // namespace portrait
