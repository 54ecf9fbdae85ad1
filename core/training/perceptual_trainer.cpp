// SPDX-License-Identifier: Apache-2.0
#include "core/nn/torch.h"

#include "core/training/perceptual_trainer.h"

#include "core/base/error.h"
#include "core/nn/model_pack.h"
#include "core/training/batches_ahead.h"
#include "core/training/identity_people.h"
#include "core/training/install_weights.h"

namespace portrait {
namespace {

constexpr double kSteepness = 3;
constexpr double kLeastDistance = 1e-6;
constexpr int kScored = 300;  // triplets

class PerceptualTask : public TrainingTask {
 public:
  explicit PerceptualTask(const PerceptualTrainingOptions& options)
      : options_(options),
        net_(start()),
        people_(options.cache),
        batches_(options.run.device, [this](const TrainingStep& step) {
          return draw_triplets(people_.trained_on(), options_.run.batch, step.key("triplets"));
        }) {
    check(options.crop >= FaceTrunk::kLeastSide && options.crop <= PerceptualDistance::kSize,
          ErrorCode::kBadUsage, "Pieces of {} pixels; {} to {} are possible", options.crop,
          FaceTrunk::kLeastSide, PerceptualDistance::kSize);
  }

  std::vector<Adam::Group> parameters() override { return {{net_.parameters(), 1}}; }

  std::int64_t samples_before() const override { return samples_before_; }

  Tensor loss(TrainingStep& step) override {
    const PerceptualTriplets triplets = batches_.next(step);
    RandomStream random(step.key("triplet piece"));
    const int most = PerceptualDistance::kSize - options_.crop;
    const int top = random.integer(0, most), left = random.integer(0, most);
    const auto features = [&](const Tensor& whole) {
      const Tensor piece = whole.slice(2, top, top + options_.crop)
                               .slice(3, left, left + options_.crop)
                               .contiguous();
      return net_.features(piece.to(options_.run.device));
    };
    const PerceptualDistance::Features reference = features(triplets.reference);
    const Tensor nearer = net_.between(reference, features(triplets.nearer));
    const Tensor farther = net_.between(reference, features(triplets.farther));
    const Tensor loss = ranking_loss(nearer, farther);
    step.note("loss", loss);
    step.note("right", (nearer < farther).to(at::kFloat).mean());
    return loss;
  }

  TrainingValues validate(const TensorMap& averaged) override {
    if (people_.held_out().people() < 2) return {};
    const PerceptualDistance net(averaged, net_.config());
    const at::Device device = options_.run.device;
    const ForcedChoiceScore score = score_forced_choice(
        [&](const Tensor& a, const Tensor& b) { return net(a.to(device), b.to(device)); },
        people_.held_out(), kScored);
    return {{"choice", score.all}, {"choice_kinds", score.of[std::size_t(Comparison::kKinds)]}};
  }

  void save_weights(const TensorMap& averaged, std::int64_t samples_seen) override {
    write_weights(options_.run.out, "perceptual_compact", averaged, perceptual_json(net_.config()),
                  samples_seen,
                  "Aligned faces of synthetic people of core/synth under made-up degradations of "
                  "known strength.");
  }

 private:
  PerceptualDistance start() {
    const at::Device device = options_.run.device;
    if (options_.run.from.empty()) {
      TensorMap fresh = PerceptualDistance(options_.net, options_.run.seed).tensors();
      for (auto& [name, tensor] : fresh) tensor = tensor.to(device);
      return PerceptualDistance(fresh, options_.net);
    }
    const ModelPack pack = ModelPack::open(options_.run.from);
    const PackNetwork& network = pack.network("perceptual_compact");
    samples_before_ = network.samples_seen;
    return PerceptualDistance(load_tensors(*network.weights, at::kFloat, device),
                              perceptual_config(network.config));
  }

  const PerceptualTrainingOptions& options_;
  std::int64_t samples_before_ = 0;
  PerceptualDistance net_;
  IdentityPeople people_;
  BatchesAhead<PerceptualTriplets> batches_;
};

}  // namespace

Tensor ranking_loss(const Tensor& nearer, const Tensor& farther) {
  const Tensor lead = at::log(farther + kLeastDistance) - at::log(nearer + kLeastDistance);
  return at::softplus(-kSteepness * lead).mean();
}

void train_perceptual(const PerceptualTrainingOptions& options,
                      const std::function<void(const TrainingReport&)>& progress,
                      std::stop_token stop) {
  PerceptualTask task(options);
  run_training(task, options.run, options.schedule, progress, stop);
}

}  // namespace portrait
