// SPDX-License-Identifier: Apache-2.0
#include "core/nn/torch.h"

#include "core/training/hpdm_trainer.h"

#include "core/base/error.h"
#include "core/diffusion/autoencoder_kl.h"
#include "core/diffusion/hpdm.h"
#include "core/diffusion/pack_diffusion.h"
#include "core/nn/gradient_checkpoint.h"
#include "core/nn/model_pack.h"
#include "core/training/batches_ahead.h"
#include "core/training/hpdm_base.h"
#include "core/training/hpdm_batch.h"
#include "core/training/install_weights.h"
#include "core/training/pair_file.h"

#include <nlohmann/json.hpp>

#include <algorithm>
#include <memory>
#include <string>
#include <vector>

namespace portrait {
namespace {

constexpr const char* kTrainedOn =
    "Pairs of views of synthetic subjects of core/synth, and heads that the prior makes of them.";
constexpr int kScoredAt[] = {300, 500};

class HpdmTask : public TrainingTask {
 public:
  explicit HpdmTask(const HpdmTrainingOptions& options)
      : options_(options),
        pack_(ModelPack::open(options.pack)),
        schedule_(unet_schedule(pack_)),
        base_(pack_, options.prompt, options.run.device),
        files_(open(false)),
        held_out_(open(true)),
        parameters_(start()),
        hpdm_(parameters_, options_.hpdm),
        batches_(options.run.device, [this](const TrainingStep& step) {
          return draw_hpdm_batch(files_,
                                 {options_.run.batch, options_.dropped, options_.from_render},
                                 layout(step.share() >= 1 - options_.large_share),
                                 step.key("hpdm batch"));
        }) {}

  std::vector<Adam::Group> parameters() override { return {{parameters_.named(), 1}}; }
  std::int64_t samples_before() const override { return samples_before_; }

  Tensor loss(TrainingStep& step) override {
    const HpdmBatch batch = batches_.next(step).to(options_.run.device);
    const GradientCheckpoints checkpoints(options_.gradient_checkpoints);
    RandomStream random(step.key("hpdm muted"));
    HpdmWeights weights;
    if (random.chance(options_.muted)) weights.implicit_branch = 0;
    if (random.chance(options_.muted)) weights.geometry_prior = 0;
    const Tensor errors = squared_errors(hpdm_, batch, batch.base.t, weights);
    const Tensor loss = (errors * weights_of(batch)).mean();
    step.note("loss", loss);
    step.note("error", errors.mean());
    return loss;
  }

  TrainingValues validate(const TensorMap& averaged) override {
    Parameters bound = Parameters::bound(averaged);
    const Hpdm scored(bound, options_.hpdm);
    const std::vector<PairFile>& files = held_out_.empty() ? files_ : held_out_;
    TrainingValues values;
    for (int first = 0; first < options_.scored; first += options_.run.batch) {
      const int count = std::min(options_.run.batch, options_.scored - first);
      const HpdmBatch batch = fixed_batch(files, first, count);
      const double share = double(count) / options_.scored;
      for (const int t : kScoredAt) {
        const Tensor steps = at::full({count}, t, at::kLong);
        const auto error = [&](const HpdmWeights& weights) {
          return squared_errors(scored, batch, steps, weights).mean().item<double>() * share;
        };
        const std::string number = std::to_string(t);
        values["error_" + number] += error({});
        values["explicit_" + number] += error({.implicit_branch = 0});
        values["base_" + number] += error({.explicit_branch = 0});
        values["gain_" + number] += render_gain(scored, batch, steps) * share;
      }
    }
    return values;
  }

  void save_weights(const TensorMap& averaged, std::int64_t samples_seen) override {
    nlohmann::json config = to_json(options_.hpdm);
    config["unet_sha256"] = pack_.network("unet").sha256;
    write_weights(options_.run.out, "hpdm", averaged, config, samples_seen, kTrainedOn);
  }

 private:
  static TensorMap on(at::Device device, TensorMap values) {
    for (auto& [name, tensor] : values) tensor = tensor.to(device);
    return values;
  }

  std::vector<PairFile> open(bool held_out) const {
    const PairProvenance provenance{latent_space_of(pack_), pack_.network("prior").sha256};
    std::vector<PairFile> files;
    for (const auto& path : list_pair_cache(options_.cache, held_out)) {
      files.emplace_back(path, provenance);
    }
    check(held_out || !files.empty(), ErrorCode::kNotFound,
          "There are no pairs in \"{}\"; fill it with `portrait train pairs` first",
          options_.cache.string());
    return files;
  }

  void check_fit() const {
    const UNetSizes& mine = options_.hpdm.control.sizes;
    const UNetSizes& its = base_.config().sizes;
    check(mine.block_out_channels == its.block_out_channels &&
              mine.layers_per_block == its.layers_per_block &&
              options_.hpdm.control.in_channels == base_.config().in_channels,
          ErrorCode::kBadUsage, "The branches are not of the sizes of the pack's UNet");
  }

  Parameters start() {
    if (options_.run.from.empty()) {
      const UNetConfig& base = base_.config();
      options_.hpdm.control = {base.in_channels, base.in_channels + 1, base.sizes};
      return Parameters::bound(
          on(options_.run.device, hpdm_start(pack_, options_.hpdm, options_.run.seed)));
    }
    const ModelPack pack = ModelPack::open(options_.run.from);
    const PackNetwork& network = pack.network("hpdm");
    samples_before_ = network.samples_seen;
    options_.hpdm = hpdm_config(network.config);
    check_fit();
    return Parameters::bound(load_tensors(*network.weights, at::kFloat, options_.run.device));
  }

  // The base's answer to what is noised.
  Tensor answer(const Hpdm& hpdm, const HpdmBatch& batch, const Tensor& noisy, const Tensor& t,
                const HpdmWeights& weights) const {
    const Tensor steps = t.to(noisy.device());
    const std::vector<Tensor> added =
        hpdm(noisy, steps, batch.view, hpdm.conditioning(batch.view, weights), weights);
    return base_.unet()(noisy, steps, base_.context(batch.base), added);
  }

  // [B], of the base's answer to the batch noised to t. Where a render is noised, what is between
  // it and the truth counts as noise: an answer is right when the picture that it tells is the truth.
  Tensor squared_errors(const Hpdm& hpdm, const HpdmBatch& batch, const Tensor& t,
                        const HpdmWeights& weights) const {
    const UnetBatch& base = batch.base;
    const Tensor noisy = schedule_.add_noise(batch.start(), base.noise, t);
    const Tensor bar = alpha_bars(schedule_, t).view({-1, 1, 1, 1}).to(noisy.device());
    const Tensor noise =
        base.noise + batch.from_render * (batch.render - base.clean) * (bar / (1 - bar)).sqrt();
    return (answer(hpdm, batch, noisy, t, weights) - schedule_.target(base.clean, noise, t))
        .square()
        .flatten(1)
        .mean(1);
  }

  // [B], of the squared errors; where a render is noised, such that the picture's error is left.
  Tensor weights_of(const HpdmBatch& batch) const {
    const Tensor bar = alpha_bars(schedule_, batch.base.t);
    const bool velocity = schedule_.config().prediction_type == Prediction::kVelocity;
    const Tensor of_picture = velocity ? 1 - bar : (1 - bar) / bar;
    const Tensor from_render = batch.from_render.flatten().gt(0);
    const at::Device device = from_render.device();
    return at::where(from_render, of_picture.to(device),
                     step_weights(schedule_, batch.base.t).to(device));
  }

  // dB by which the picture told of the head's noised render is nearer to the truth than that is.
  double render_gain(const Hpdm& hpdm, const HpdmBatch& batch, const Tensor& t) const {
    const Tensor noisy = schedule_.add_noise(batch.render, batch.base.noise, t);
    const Tensor told = schedule_.denoise(noisy, answer(hpdm, batch, noisy, t, {}), t).clean;
    const auto error = [&](const Tensor& picture) {
      return (picture - batch.base.clean).square().flatten(1).mean(1);
    };
    return 10 * (error(batch.render) / error(told)).log10().mean().item<double>();
  }

  PairLayout layout(bool large) const {
    return {large, !options_.run.device.is_cpu(), options_.hpdm.control.sizes};
  }

  HpdmBatch fixed_batch(const std::vector<PairFile>& files, int first, int count) const {
    std::vector<PairChoice> choices;
    for (int i = first; i < first + count; ++i) {
      RandomStream random({1, random_purpose("hpdm validation"), 0, static_cast<std::uint32_t>(i)});
      choices.push_back(draw_pair(files, false, 0, random));
    }
    return gather_pairs(files, choices, layout(false),
                        {1, random_purpose("hpdm validation noise"),
                         static_cast<std::uint32_t>(first), 0})
        .to(options_.run.device);
  }

  HpdmTrainingOptions options_;
  ModelPack pack_;
  NoiseSchedule schedule_;
  HpdmBase base_;
  std::vector<PairFile> files_;
  std::vector<PairFile> held_out_;
  std::int64_t samples_before_ = 0;
  Parameters parameters_;
  Hpdm hpdm_;
  BatchesAhead<HpdmBatch> batches_;
};

}  // namespace

void train_hpdm(const HpdmTrainingOptions& options,
                const std::function<void(const TrainingReport&)>& progress, std::stop_token stop) {
  HpdmTask task(options);
  run_training(task, options.run, options.pace, progress, stop);
}

}  // namespace portrait
