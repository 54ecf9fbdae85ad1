// SPDX-License-Identifier: Apache-2.0
#include "core/nn/torch.h"

#include "app/cli/evaluation.h"
#include "core/base/error.h"
#include "core/diffusion/autoencoder_kl.h"
#include "core/exporting/contact_sheet.h"
#include "core/image/write_image.h"
#include "core/metrics/detail_metrics.h"
#include "core/metrics/image_metrics.h"
#include "core/nn/model_pack.h"
#include "core/photo/landmark_net.h"
#include "core/photo/prepared_photo.h"
#include "core/pipeline/image_tensor.h"
#include "core/training/portrait_cache.h"

#include <algorithm>
#include <cmath>
#include <vector>

namespace portrait::cli {
namespace {

namespace fs = std::filesystem;
using Json = nlohmann::ordered_json;

constexpr float kStrength = 4;  // of the differences on the sheet

Image difference_of(const Image& a, const Image& b) {
  Image out(a.width, a.height, 3);
  for (std::size_t i = 0; i < out.pixels.size(); ++i) {
    out.pixels[i] = std::clamp(0.5F + kStrength * (a.pixels[i] - b.pixels[i]), 0.0F, 1.0F);
  }
  return out;
}

class Evaluation {
 public:
  Evaluation(const AutoencoderKL& vae, std::vector<LabelledImage>& sheet)
      : vae_(vae), sheet_(sheet) {}

  Json measure(const Image& picture, const std::string& label, bool shown) {
    const at::NoGradGuard no_grad;
    const Tensor mean = vae_.encode(tensor_of_image(picture).unsqueeze(0) * 2 - 1).mean;
    const Image back = image_of_tensor((vae_.decode(mean).squeeze(0) + 1) / 2);
    const Tensor latents = vae_.to_diffusion(mean);
    sum_ += latents.sum().item<double>();
    squares_ += latents.square().sum().item<double>();
    count_ += double(latents.numel());
    if (shown) {
      sheet_.push_back({picture, label});
      sheet_.push_back({back, "back"});
      sheet_.push_back({difference_of(back, picture), "difference x 4"});
    }
    const Image everywhere(picture.width, picture.height, 1, 1.0F);
    const DetailMetrics detail = detail_metrics(back, everywhere, picture, everywhere);
    return {{"psnr_db", psnr_db(back, picture)},
            {"ssim", ssim(back, picture)},
            {"sharpness", detail.sharpness},
            {"detail_correlation", detail.detail_correlation}};
  }

  double latent_deviation() const {
    const double average = sum_ / count_;
    return std::sqrt(std::max(squares_ / count_ - average * average, 0.0));
  }

 private:
  const AutoencoderKL& vae_;
  std::vector<LabelledImage>& sheet_;
  double sum_ = 0, squares_ = 0, count_ = 0;
};

}  // namespace

Json evaluate_vae(const ModelPack& pack, const PortraitEvaluation& options,
                  const EvaluationProgress& progress, std::stop_token stop) {
  const auto vae = load_vae(pack);
  const std::vector<PortraitPlace> portraits = held_out_portraits(options);
  std::vector<LabelledImage> sheet;
  Evaluation evaluation(*vae, sheet);
  const auto count = int(portraits.size());
  const int total = count + int(options.photos.size());
  Json mean = {{"name", "portraits"}};
  for (int i = 0; i < count; ++i) {
    if (stop.stop_requested()) return {};
    const bool shown = i < options.shown && !options.sheet.empty();
    const PortraitPlace& place = portraits[std::size_t(i)];
    const Json row = evaluation.measure(read_portrait_photo(place.file, place.index),
                                        "portrait " + std::to_string(i), shown);
    for (const auto& [name, value] : row.items()) {
      mean[name] = mean.value(name, 0.0) + value.get<double>() / count;
    }
    progress(i + 1, total);
  }
  mean["latent_deviation"] = evaluation.latent_deviation();
  Json rows = Json::array({mean});
  PrepareOptions prepare;
  if (pack.has("landmarks")) prepare.landmark_net = load_landmark_net(pack);
  for (std::size_t i = 0; i < options.photos.size(); ++i) {
    if (stop.stop_requested()) return {};
    const std::string name = options.photos[i].filename().string();
    Json row = {{"name", name}};
    row.update(evaluation.measure(prepare_photo(options.photos[i], prepare).crop, name,
                                  !options.sheet.empty()));
    rows.push_back(row);
    progress(count + int(i) + 1, total);
  }
  if (!options.sheet.empty()) {
    ContactSheetOptions layout;
    layout.columns = 3;
    layout.cell_size = kPortraitPx;
    write_image(options.sheet, contact_sheet(sheet, layout));
  }
  return {{"portraits", count},
          {"rows", rows},
          {"mean", mean}};
}

}  // namespace portrait::cli
