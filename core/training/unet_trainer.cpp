// SPDX-License-Identifier: Apache-2.0
#include "core/nn/torch.h"

#include "core/training/unet_trainer.h"

#include "core/base/error.h"
#include "core/diffusion/autoencoder_kl.h"
#include "core/diffusion/pack_diffusion.h"
#include "core/nn/model_pack.h"
#include "core/training/batches_ahead.h"
#include "core/training/install_weights.h"
#include "core/training/unet_batch.h"
#include "core/training/unet_networks.h"
#include "core/training/unet_validation.h"

#include <nlohmann/json.hpp>

#include <memory>

namespace portrait {
namespace {

constexpr const char* kTrainedOn = "Views of synthetic subjects of core/synth, from all sides.";

class UnetTask : public TrainingTask {
 public:
  explicit UnetTask(const UnetTrainingOptions& options)
      : options_(options),
        vae_pack_(ModelPack::open(options.vae_pack)),
        vae_(load_vae(vae_pack_, options.run.device)),
        latents_(open(false)),
        held_out_(open(true)),
        networks_(UnetNetworks::from(start(), options_.networks)),
        schedule_(options_.schedule),
        validation_(held_out_.people() > 0 ? held_out_ : latents_, *vae_, schedule_,
                    options.scored, options.run.device),
        batches_(options.run.device, [this](const TrainingStep& step) {
          const bool large = step.share() >= 1 - options_.large_share;
          return draw_unet_batch(latents_, options_.run.batch,
                                 large ? LatentSize::kLarge : LatentSize::kSmall, options_.dropped,
                                 step.key("unet batch"));
        }) {
    check_fit();
  }

  std::vector<Adam::Group> parameters() override { return {{networks_.named(), 1}}; }
  std::int64_t samples_before() const override { return samples_before_; }

  Tensor loss(TrainingStep& step) override {
    const UnetBatch batch = batches_.next(step).to(options_.run.device);
    const Tensor noisy = schedule_.add_noise(batch.clean, batch.noise, batch.t);
    const Tensor answer =
        networks_.unet(noisy, batch.t.to(options_.run.device), networks_.context(batch));
    const Tensor errors = (answer - schedule_.target(batch.clean, batch.noise, batch.t))
                              .square()
                              .flatten(1)
                              .mean(1);
    const Tensor loss = (errors * step_weights(schedule_, batch.t).to(errors.device())).mean();
    step.note("loss", loss);
    step.note("error", errors.mean());
    return loss;
  }

  TrainingValues validate(const TensorMap& averaged) override {
    return validation_.score(UnetNetworks::from(averaged, options_.networks));
  }

  void save_weights(const TensorMap& averaged, std::int64_t samples_seen) override {
    nlohmann::json config = to_json(options_.networks.unet);
    config["schedule"] = to_json(options_.schedule);
    config["latent_space"] = latent_space_of(vae_pack_);
    write_weights(options_.run.out, "unet", UnetNetworks::part(averaged, "unet"), config,
                  samples_seen, kTrainedOn);
    write_weights(options_.run.out, "conditioner", UnetNetworks::part(averaged, "conditioner"),
                  to_json(options_.networks.conditioner), samples_seen, kTrainedOn);
  }

 private:
  LatentSet open(bool held_out) const {
    LatentSet set =
        LatentSet::open(options_.cache, held_out, latent_space_of(vae_pack_));
    check(held_out || set.people() > 0, ErrorCode::kNotFound,
          "There are no latents in \"{}\"; fill it with `portrait train latents` first",
          options_.cache.string());
    return set;
  }

  TensorMap start() {
    TensorMap values;
    if (options_.run.from.empty()) {
      values = UnetNetworks::random(options_.networks, options_.run.seed);
    } else {
      const ModelPack pack = ModelPack::open(options_.run.from);
      values = UnetNetworks::of_pack(pack, options_.networks);
      options_.schedule = unet_schedule(pack);
      samples_before_ = pack.network("unet").samples_seen;
    }
    for (auto& [name, tensor] : values) tensor = tensor.to(options_.run.device);
    return values;
  }

  void check_fit() const {
    const UNetConfig& unet = options_.networks.unet;
    const ConditionerConfig& conditioner = options_.networks.conditioner;
    const int channels = latents_.channels();
    const auto side = latents_.identity(0, 0).size(1);
    check(unet.in_channels == channels && unet.out_channels == channels &&
              conditioner.latent_channels == channels &&
              conditioner.context_width == unet.attention.cross_attention_dim &&
              side == networks_.conditioner.side(),
          ErrorCode::kBadUsage,
          "The UNet takes {} channels and tokens of {}, the conditioner makes those of {} from {} "
          "channels and photos of {}; the latents have {} channels and photos of {}",
          unet.in_channels, unet.attention.cross_attention_dim, conditioner.context_width,
          conditioner.latent_channels, networks_.conditioner.side(), channels, side);
  }

  UnetTrainingOptions options_;
  ModelPack vae_pack_;
  std::shared_ptr<const AutoencoderKL> vae_;
  LatentSet latents_;
  LatentSet held_out_;
  std::int64_t samples_before_ = 0;
  UnetNetworks networks_;
  NoiseSchedule schedule_;
  UnetValidation validation_;
  BatchesAhead<UnetBatch> batches_;
};

}  // namespace

void train_unet(const UnetTrainingOptions& options,
                const std::function<void(const TrainingReport&)>& progress, std::stop_token stop) {
  UnetTask task(options);
  run_training(task, options.run, options.pace, progress, stop);
}

}  // namespace portrait
