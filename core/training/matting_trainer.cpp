// SPDX-License-Identifier: Apache-2.0
#include "core/nn/torch.h"

#include "core/training/matting_trainer.h"

#include "core/base/error.h"
#include "core/base/thread_pool.h"
#include "core/nn/model_pack.h"
#include "core/training/cached_camera.h"
#include "core/training/install_weights.h"
#include "core/training/portrait_cache.h"

#include <nlohmann/json.hpp>

#include <algorithm>

namespace portrait {
namespace fs = std::filesystem;
namespace {

constexpr int kScoredPictures = 48;

MatteNet on_device(const TensorMap& tensors, const MatteNetConfig& config, at::Device device) {
  TensorMap moved;
  for (const auto& [name, tensor] : tensors) moved[name] = tensor.to(device);
  return MatteNet(moved, config);
}

class MattingTask : public TrainingTask {
 public:
  MattingTask(const MattingPeople& people, const MattingPeople& held_out,
              const MattingTrainingOptions& options)
      : people_(people), held_out_(held_out), options_(options), net_(start()) {}

  std::vector<Adam::Group> parameters() override { return {{net_.parameters(), 1}}; }
  std::int64_t samples_before() const override { return samples_before_; }

  Tensor loss(TrainingStep& step) override {
    const at::Device device = options_.run.device;
    const MattingBatch batch =
        draw_matting_batch(people_, options_.run.batch, step.key("matting batch"));
    Tensor inputs = batch.inputs.to(device);
    Tensor alpha = batch.alpha.to(device);
    if (step.share() < options_.small_share) {
      inputs = at::avg_pool2d(inputs, {2, 2});
      alpha = at::avg_pool2d(alpha, {2, 2});
    }
    const MattingLoss loss = matting_loss(net_.forward(inputs), alpha);
    step.note("cross_entropy", loss.cross_entropy);
    step.note("difference", loss.difference);
    step.note("gradient", loss.gradient);
    return loss.total;
  }

  TrainingValues validate(const TensorMap& averaged) override {
    TrainingValues values = {{"people", people_.count()}};
    if (held_out_.count() > 0) {
      const MattingScore score =
          score_matting(MatteNet(averaged, net_.config()), held_out_, kScoredPictures);
      values["iou"] = score.iou;
      values["mae"] = score.difference;
    }
    return values;
  }

  void save_weights(const TensorMap& averaged, std::int64_t samples_seen) override {
    write_weights(options_.run.out, "matting", averaged, to_json(net_.config()), samples_seen,
                  "Synthetic portraits of core/synth before drawn backgrounds.");
  }

 private:
  MatteNet start() {
    const at::Device device = options_.run.device;
    if (options_.run.from.empty()) {
      const MatteNet fresh(options_.net, options_.run.seed);
      return on_device(fresh.tensors(), fresh.config(), device);
    }
    const ModelPack pack = ModelPack::open(options_.run.from);
    const PackNetwork& network = pack.network("matting");
    samples_before_ = network.samples_seen;
    return on_device(load_tensors(*network.weights), matte_net_config(network.config), device);
  }

  const MattingPeople& people_;
  const MattingPeople& held_out_;
  const MattingTrainingOptions& options_;
  std::int64_t samples_before_ = 0;
  MatteNet net_;
};

}  // namespace

MattingPeople load_matting_people(const fs::path& cache, bool held_out) {
  MattingPeople people;
  people.size = kPortraitPx;
  for (const fs::path& file : list_portrait_cache(cache, held_out)) {
    std::vector<CachedPortrait> portraits(std::size_t(portraits_in(file)));
    parallel_for(std::int64_t(portraits.size()), 1, [&](std::int64_t begin, std::int64_t end) {
      for (std::int64_t i = begin; i < end; ++i) {
        portraits[std::size_t(i)] = read_portrait(file, int(i));
      }
    });
    for (const CachedPortrait& portrait : portraits) {
      check(!portrait.clean.pixels.empty(), ErrorCode::kNotFound,
            "\"{}\" was drawn for evaluation alone (--only-photos); remove it and draw it whole",
            file.string());
      people.add(portrait.clean, portrait.matte, cached_camera(portrait.camera));
    }
  }
  return people;
}

MattingScore score_matting(const MatteNet& net, const MattingPeople& people, int pictures) {
  const at::NoGradGuard no_grad;
  const at::Device device = net.parameters().front().second.device();
  MattingScore mean;
  constexpr int kBatch = 8;
  for (int first = 0; first < pictures; first += kBatch) {
    const int size = std::min(kBatch, pictures - first);
    const MattingBatch batch = draw_matting_batch(
        people, size, {7, random_purpose("matting score"), std::uint32_t(first), 0});
    const Tensor predicted = at::sigmoid(net.forward(batch.inputs.to(device)));
    const MattingScore score = score_mattes(predicted, batch.alpha.to(device));
    mean.iou += score.iou * size / pictures;
    mean.difference += score.difference * size / pictures;
  }
  return mean;
}

void train_matting(const MattingTrainingOptions& options,
                   const std::function<void(const TrainingReport&)>& progress,
                   std::stop_token stop) {
  const MattingPeople people = load_matting_people(options.cache, false);
  check(people.count() > 0, ErrorCode::kNotFound,
        "There are no portraits in \"{}\"; fill it with `portrait synth --portraits` first",
        options.cache.string());
  train_matting_on(people, load_matting_people(options.cache, true), options, progress, stop);
}

void train_matting_on(const MattingPeople& people, const MattingPeople& held_out,
                      const MattingTrainingOptions& options,
                      const std::function<void(const TrainingReport&)>& progress,
                      std::stop_token stop) {
  MattingTask task(people, held_out, options);
  run_training(task, options.run, {.final_rate = 0.01}, progress, stop);
}

}  // namespace portrait
