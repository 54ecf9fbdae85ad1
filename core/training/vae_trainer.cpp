// SPDX-License-Identifier: Apache-2.0
#include "core/nn/torch.h"

#include "core/training/vae_trainer.h"

#include "core/base/error.h"
#include "core/nn/model_pack.h"
#include "core/nn/random_tensor.h"
#include "core/training/install_weights.h"
#include "core/training/picture_crops.h"
#include "core/training/training_pictures.h"

#include <nlohmann/json.hpp>

#include <algorithm>
#include <array>
#include <cmath>
#include <optional>

namespace portrait {
namespace fs = std::filesystem;
namespace {

class VaeTask : public TrainingTask {
 public:
  explicit VaeTask(const VaeTrainingOptions& options)
      : options_(options),
        photos_(load_portrait_photos(options.cache, false)),
        views_(options.views.empty() ? std::vector<Tensor>()
                                     : load_view_pictures(options.views, options.crop)),
        held_out_(load_portrait_photos(options.cache, true)),
        parameters_(start()),
        painted_(paint_views(options.painted, options.views, options.crop)),
        vae_(parameters_, options_.vae) {
    check(!photos_.empty(), ErrorCode::kNotFound,
          "There are no portraits in \"{}\"; fill it with `portrait synth --portraits` first",
          options_.cache.string());
    check(options_.views.empty() || !views_.empty(), ErrorCode::kNotFound,
          "There are no views in \"{}\"; fill it with `portrait synth --views` first",
          options_.views.string());
    if (held_out_.empty()) held_out_ = photos_;
    held_out_.resize(std::min(held_out_.size(), std::size_t(std::max(options_.scored, 1))));
  }

  std::vector<Adam::Group> parameters() override {
    Adam::Group trained;
    for (const auto& [name, tensor] : parameters_.named()) {
      if (!is_fixed(name)) trained.parameters.emplace_back(name, tensor);
    }
    return {trained};
  }
  TensorMap constants() override {
    TensorMap fixed;
    for (const auto& [name, tensor] : parameters_.named()) {
      if (is_fixed(name)) fixed[name] = tensor;
    }
    return fixed;
  }
  std::int64_t samples_before() const override { return samples_before_; }

  Tensor loss(TrainingStep& step) override {
    const int batch = options_.run.batch;
    const int of_views = views_.empty() ? 0 : batch / 2;
    Tensor crops = draw_crops(photos_, {.side = options_.crop, .count = batch - of_views},
                              step.key("vae crops"));
    if (of_views > 0) {
      const Tensor more = draw_crops(views_, {.side = options_.crop, .count = of_views},
                                     step.key("vae crops of views"));
      crops = at::cat({crops, more});
    }
    const std::int64_t cells = options_.crop / options_.vae.reduction();
    const Tensor noise =
        normal_tensor(step.key("vae noise"), {batch, options_.vae.latent_channels, cells, cells});
    const VaeLosses losses =
        vae_losses(vae_, crops.to(options_.run.device), noise.to(options_.run.device),
                   step.key("vae texture"), options_.weights);
    step.note("reconstruction", losses.reconstruction);
    step.note("divergence", losses.divergence);
    if (losses.texture.defined()) step.note("texture", losses.texture);
    return painted_.empty() ? losses.total : losses.total + 0.5 * painted_loss(step);
  }

  TrainingValues validate(const TensorMap& averaged) override {
    const VaeScore values = score(averaged);
    return {{"psnr_db", values.psnr_db}, {"latent_deviation", values.latent_deviation}};
  }

  void save_weights(const TensorMap& averaged, std::int64_t samples_seen) override {
    const at::NoGradGuard no_grad;
    AutoencoderConfig config = options_.vae;
    if (!painted_.empty()) config.texture_timestep = options_.painted.noise_left;
    if (!options_.decoder_only) {
      config.scaling_factor = 1 / std::max(score(averaged).latent_deviation, 1e-6);
    }
    write_weights(options_.run.out, "vae", averaged, to_json(config), samples_seen,
                  "Pieces of synthetic portraits of core/synth.");
  }

 private:
  Tensor painted_loss(TrainingStep& step) {
    const PaintedPieces pieces = draw_painted_pieces(painted_, options_.crop, options_.run.batch / 2,
                                                     step.key("vae painted"));
    const VaeLosses losses = decoded_losses(
        vae_, pieces.latents.to(options_.run.device), pieces.pictures.to(options_.run.device),
        step.key("vae painted texture"), options_.weights);
    if (losses.texture.defined()) step.note("painted_texture", losses.texture);
    return losses.total;
  }

  bool is_fixed(const std::string& name) const {
    return options_.decoder_only && AutoencoderKL::makes_latents(name);
  }

  Parameters start() {
    check(!options_.decoder_only || options_.run.resume || !options_.run.from.empty(),
          ErrorCode::kBadUsage,
          "A decoder alone is trained on the latents of a pack's encoder: name the pack with --from");
    check(options_.decoder_only || options_.painted.pack.empty(), ErrorCode::kBadUsage,
          "Painted views are latents of a pack's encoder, which must stay: use --decoder-only");
    if (options_.decoder_only && options_.run.resume) {
      options_.vae = autoencoder_config(weights_config(options_.run.out, "vae"));
    }
    if (options_.run.from.empty()) {
      Parameters fresh = Parameters::random(options_.run.seed);
      AutoencoderKL(fresh, options_.vae);
      TensorMap tensors;
      for (const auto& [name, tensor] : fresh.named()) {
        tensors[name] = tensor.to(options_.run.device);
      }
      return Parameters::bound(tensors);
    }
    const ModelPack pack = ModelPack::open(options_.run.from);
    const PackNetwork& network = pack.network("vae");
    samples_before_ = network.samples_seen;
    options_.vae = autoencoder_config(network.config);
    return Parameters::bound(load_tensors(*network.weights, at::kFloat, options_.run.device));
  }

  // A report and the saving of the same weights ask one after the other.
  VaeScore score(const TensorMap& averaged) {
    std::int64_t version = 0;  // counts all that was written to the averages
    for (const auto& [name, tensor] : averaged) version += std::int64_t(tensor._version());
    if (!scored_ || version != scored_version_) {
      Parameters bound = Parameters::bound(averaged);
      scored_ = score_vae(AutoencoderKL(bound, options_.vae), held_out_, options_.run.device);
      scored_version_ = version;
    }
    return *scored_;
  }

  VaeTrainingOptions options_;
  std::vector<Tensor> photos_;
  std::vector<Tensor> views_;
  std::vector<Tensor> held_out_;
  std::int64_t samples_before_ = 0;
  Parameters parameters_;
  std::vector<PaintedView> painted_;
  AutoencoderKL vae_;
  std::optional<VaeScore> scored_;
  std::int64_t scored_version_ = 0;
};

}  // namespace

VaeScore score_vae(const AutoencoderKL& vae, const std::vector<Tensor>& pictures,
                   at::Device device) {
  const at::NoGradGuard no_grad;
  check(!pictures.empty(), ErrorCode::kInternal, "There are no pictures to score a VAE on");
  VaeScore score;
  double sum = 0, squares = 0, count = 0;
  for (const Tensor& picture : pictures) {
    const Tensor truth = picture.unsqueeze(0).to(device).to(at::kFloat) * (2.0 / 255) - 1;
    const Tensor mean = vae.encode(truth).mean;
    const Tensor error = (vae.decode(mean).clamp(-1, 1) - truth) / 2;
    score.psnr_db += -10 * std::log10(std::max(error.square().mean().item<double>(), 1e-10));
    sum += mean.sum().item<double>();
    squares += mean.square().sum().item<double>();
    count += double(mean.numel());
  }
  score.psnr_db /= double(pictures.size());
  const double average = sum / count;
  score.latent_deviation = std::sqrt(std::max(squares / count - average * average, 0.0));
  return score;
}

void train_vae(const VaeTrainingOptions& options,
               const std::function<void(const TrainingReport&)>& progress, std::stop_token stop) {
  VaeTask task(options);
  run_training(task, options.run, {.warm_up_steps = 200}, progress, stop);
}

}  // namespace portrait
