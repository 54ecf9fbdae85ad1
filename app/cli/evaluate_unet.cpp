// SPDX-License-Identifier: Apache-2.0
#include "core/nn/torch.h"

#include "app/cli/evaluate_unet.h"

#include "app/cli/cached_person.h"
#include "core/base/random.h"
#include "core/diffusion/autoencoder_kl.h"
#include "core/diffusion/conditioning.h"
#include "core/diffusion/denoise.h"
#include "core/diffusion/pack_diffusion.h"
#include "core/diffusion/unet_2d_condition.h"
#include "core/exporting/contact_sheet.h"
#include "core/image/resample.h"
#include "core/image/write_image.h"
#include "core/metrics/detail_metrics.h"
#include "core/metrics/image_metrics.h"
#include "core/nn/model_pack.h"
#include "core/nn/random_tensor.h"
#include "core/pipeline/image_tensor.h"
#include "core/training/cached_camera.h"
#include "core/training/view_cache.h"

#include <array>
#include <cmath>
#include <string>
#include <vector>

namespace portrait::cli {
namespace {

namespace fs = std::filesystem;
using Json = nlohmann::ordered_json;

constexpr std::array kTimesteps = {300, 500, 700};
constexpr std::array kViews = {0, 1, 6, 9, 11};  // of the rig: 0, 30, -90, 150, 180
constexpr int kSteps = 4;

// Sums of metrics by the name of a row.
class Means {
 public:
  void add(const std::string& name, const Image& picture, const Image& mask, const Image& truth) {
    const DetailMetrics detail = detail_metrics(picture, mask, truth, mask);
    Json& row = of(name);
    const auto sum = [&](const char* metric, double value) {
      row[metric] = row.value(metric, 0.0) + value;
    };
    sum("psnr_db", psnr_db(picture, truth, mask));
    sum("ssim", ssim(picture, truth, mask));
    sum("sharpness", detail.sharpness);
    sum("detail_correlation", detail.detail_correlation);
  }

  Json rows(int count) const {
    Json rows = sums_;
    for (Json& row : rows) {
      for (auto& [metric, value] : row.items()) {
        if (value.is_number()) value = value.get<double>() / count;
      }
    }
    return rows;
  }

 private:
  Json& of(const std::string& name) {
    for (Json& row : sums_) {
      if (row["name"] == name) return row;
    }
    sums_.push_back({{"name", name}});
    return sums_.back();
  }

  Json sums_ = Json::array();
};

class Evaluation {
 public:
  Evaluation(const ModelPack& pack, const UnetEvaluation& options)
      : options_(options),
        vae_(load_vae(pack)),
        unet_(load_unet(pack)),
        conditioner_(load_conditioner(pack)),
        schedule_(unet_schedule(pack)) {}

  // Whose head a file's views are of.
  IdentityConditioning conditioning(const ViewCacheFile& file) const {
    return {conditioner_,
            identity_latents(*vae_, tensor_of_image(file.identity(0).rgb), conditioner_->side())};
  }

  // One view of a subject, in every row.
  void measure(const ViewCacheFile& file, const Conditioning& conditioning, int subject, int view) {
    const CachedPicture seen = file.picture(view);
    const Camera camera = cached_camera(seen.camera);
    const Image truth = sized(seen.rgb);
    const Image mask = sized(seen.matte);
    const Tensor clean = picture_latents(*vae_, tensor_of_image(truth).unsqueeze(0));
    const std::vector<Viewpoint> views = {viewpoint_of(camera)};
    const Tensor context = conditioning.context(views);
    const Tensor without = conditioning.without(views);
    const std::string label =
        "subject " + std::to_string(subject) + ", azimuth " +
        std::to_string(int(std::lround(views.front().azimuth_deg)));
    show(truth, label);
    means_.add("vae", decoded(clean), mask, truth);
    for (const int t : kTimesteps) {
      const Tensor noisy = schedule_.add_noise(clean, noise(clean, subject, view, t),
                                               at::full({1}, t, at::kLong));
      const std::string number = std::to_string(t);
      const auto denoised = [&](const Tensor& told, bool guide) {
        return decoded(denoise_from(schedule_, noisy, t, kSteps, [&](const Tensor& x, int now) {
          const Tensor step = at::full({1}, now, at::kLong);
          const Tensor answer = (*unet_)(x, step, told);
          if (!guide || options_.guidance == 1) return answer;
          return guided((*unet_)(x, step, without), answer, options_.guidance);
        }));
      };
      const Image nothing = decoded(
          schedule_.denoise(noisy, Tensor(at::zeros_like(noisy)), at::full({1}, t, at::kLong))
              .clean);
      const Image known = denoised(context, true);
      means_.add("noisy_" + number, nothing, mask, truth);
      means_.add("view_" + number, denoised(without, false), mask, truth);
      means_.add("identity_" + number, known, mask, truth);
      show(nothing, "noised to " + number);
      show(known, "denoised");
    }
    ++count_;
  }

  Json rows() const { return means_.rows(count_); }
  const std::vector<LabelledImage>& sheet() const { return sheet_; }

 private:
  Image sized(const Image& picture) const {
    return picture.width == options_.size ? picture
                                          : resize(picture, options_.size, options_.size);
  }

  static Tensor noise(const Tensor& like, int subject, int view, int t) {
    return normal_tensor({std::uint64_t(t), random_purpose("evaluate unet"),
                          std::uint32_t(subject), std::uint32_t(view)},
                         like.sizes());
  }

  Image decoded(const Tensor& latents) const {
    return image_of_tensor((vae_->decode(vae_->from_diffusion(latents)).squeeze(0) + 1) / 2);
  }

  void show(const Image& picture, const std::string& label) {
    if (!options_.sheet.empty()) sheet_.push_back({picture, label});
  }

  const UnetEvaluation& options_;
  std::shared_ptr<const AutoencoderKL> vae_;
  std::shared_ptr<const UNet2DConditionModel> unet_;
  std::shared_ptr<const Conditioner> conditioner_;
  NoiseSchedule schedule_;
  Means means_;
  std::vector<LabelledImage> sheet_;
  int count_ = 0;
};

}  // namespace

Json evaluate_unet(const ModelPack& pack, const UnetEvaluation& options,
                   const EvaluationProgress& progress, std::stop_token stop) {
  const at::NoGradGuard no_grad;
  check_unet_vae(pack);
  const std::vector<fs::path> files = held_out_people(options.views, options.subjects);
  Evaluation evaluation(pack, options);
  const auto total = int(files.size() * kViews.size());
  int done = 0;
  for (std::size_t i = 0; i < files.size(); ++i) {
    const ViewCacheFile file(files[i]);
    const IdentityConditioning conditioning = evaluation.conditioning(file);
    for (const int view : kViews) {
      if (stop.stop_requested()) return {};
      evaluation.measure(file, conditioning, int(i), view);
      progress(++done, total);
    }
  }
  if (!options.sheet.empty()) {
    ContactSheetOptions layout;
    layout.columns = 1 + 2 * int(kTimesteps.size());
    layout.cell_size = 256;
    write_image(options.sheet, contact_sheet(evaluation.sheet(), layout));
  }
  return {{"subjects", files.size()},
          {"size", options.size},
          {"guidance", options.guidance},
          {"rows", evaluation.rows()}};
}

}  // namespace portrait::cli
