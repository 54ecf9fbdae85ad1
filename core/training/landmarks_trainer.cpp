// SPDX-License-Identifier: Apache-2.0
#include "core/nn/torch.h"

#include "core/training/landmarks_trainer.h"

#include "core/base/error.h"
#include "core/nn/model_pack.h"
#include "core/photo/landmarks68.h"
#include "core/training/install_weights.h"
#include "core/training/landmarks_augment.h"

#include <cmath>
#include <set>

namespace portrait {
namespace fs = std::filesystem;
namespace {

constexpr double kWingWidth = 8.0 / LandmarkNet::kCropSize;   // w
constexpr double kWingCurve = 1.0 / LandmarkNet::kCropSize;   // epsilon
constexpr double kScaleWeight = 0.02;
constexpr double kFaceWeight = 0.1;

// w ln(1 + |x| / epsilon) near zero, |x| - C beyond.
Tensor wing(const Tensor& error) {
  const Tensor size = error.abs();
  const double constant = kWingWidth - kWingWidth * std::log(1 + kWingWidth / kWingCurve);
  return at::where(size < kWingWidth, kWingWidth * at::log1p(size / kWingCurve), size - constant);
}

LandmarkBatch moved(LandmarkBatch batch, at::Device device) {
  for (Tensor* tensor : {&batch.crops, &batch.points, &batch.face}) *tensor = tensor->to(device);
  return batch;
}

Tensor losses_of(const LandmarkNet& net, const LandmarkBatch& batch, TrainingStep& step) {
  const LandmarkNet::Output out = net.forward(batch.crops);
  const Tensor weight = batch.face / batch.face.sum().clamp_min(1);
  const Tensor error = out.points - batch.points;
  const Tensor points = (wing(error).sum(2).mean(1) * weight).sum();
  // The likelihood teaches the scale alone: through the points it would let hard ones go.
  const Tensor distance = error.detach().norm(2, 2);
  const Tensor scale =
      ((distance * at::exp(-out.log_scale) + 2 * out.log_scale).mean(1) * weight).sum();
  const Tensor face = at::binary_cross_entropy_with_logits(out.face_logit, batch.face);
  step.note("points_px", (distance.mean(1) * weight).sum() * double(LandmarkNet::kCropSize));
  step.note("scale", scale);
  step.note("face", face);
  return points + kScaleWeight * scale + kFaceWeight * face;
}

// Reads what has appeared in the cache since the last look.
void take_in(const fs::path& cache, std::set<fs::path>& known, LandmarkFaces& faces) {
  for (const fs::path& file : list_landmark_cache(cache, false)) {
    if (known.insert(file).second) append_landmark_faces(file, faces);
  }
}

class LandmarkTask : public TrainingTask {
 public:
  explicit LandmarkTask(const LandmarkTrainingOptions& options)
      : options_(options), net_(start()) {
    take_in(options_.cache, known_, faces_);
    check(faces_.count() > 0, ErrorCode::kNotFound,
          "There are no faces in \"{}\"; fill it with `portrait synth --landmarks` first",
          options_.cache.string());
    for (const fs::path& file : list_landmark_cache(options_.cache, true)) {
      append_landmark_faces(file, held_out_);
    }
  }

  std::vector<Adam::Group> parameters() override { return {{net_.parameters(), 1}}; }

  std::int64_t samples_before() const override { return samples_before_; }

  Tensor loss(TrainingStep& step) override {
    return losses_of(net_,
                     moved(draw_landmark_batch(faces_, options_.run.batch, options_.negatives,
                                               step.key("landmark batch")),
                           options_.run.device),
                     step);
  }

  TrainingValues validate(const TensorMap& averaged) override {
    const LandmarkScore score = score_landmarks(LandmarkNet(averaged, net_.config()), held_out_);
    return {{"faces", faces_.count()},
            {"nme_percent", score.nme_percent},
            {"nme_box_percent", score.nme_box_percent},
            {"face_recall", score.face_recall}};
  }

  void save_weights(const TensorMap& averaged, std::int64_t samples_seen) override {
    write_weights(options_.run.out, "landmarks", averaged, to_json(net_.config()), samples_seen,
                  "Synthetic portraits of core/synth and crops without a face.");
    take_in(options_.cache, known_, faces_);
  }

 private:
  LandmarkNet start() {
    if (options_.run.from.empty()) {
      TensorMap fresh = LandmarkNet(options_.net, options_.run.seed).tensors();
      for (auto& [name, tensor] : fresh) tensor = tensor.to(options_.run.device);
      return LandmarkNet(fresh, options_.net);
    }
    const ModelPack pack = ModelPack::open(options_.run.from);
    const PackNetwork& network = pack.network("landmarks");
    samples_before_ = network.samples_seen;
    return LandmarkNet(load_tensors(*network.weights, at::kFloat, options_.run.device),
                       landmark_net_config(network.config));
  }

  const LandmarkTrainingOptions& options_;
  std::int64_t samples_before_ = 0;
  LandmarkNet net_;
  LandmarkFaces faces_;
  LandmarkFaces held_out_;
  std::set<fs::path> known_;
};

}  // namespace

LandmarkScore score_landmarks(const LandmarkNet& net, const LandmarkFaces& faces) {
  const at::NoGradGuard no_grad;
  LandmarkScore score;
  double sum = 0;
  double sum_box = 0;
  int near = 0;
  const at::Device device = net.parameters().front().second.device();
  for (int first = 0; first < faces.count(); first += 32) {
    const int size = std::min(32, faces.count() - first);
    const LandmarkBatch batch = moved(
        plain_landmark_batch(faces, first, size, {7, random_purpose("landmark score"), 0, 0}),
        device);
    const LandmarkNet::Output out = net.forward(batch.crops);
    const Tensor error = (out.points - batch.points).norm(2, 2).mean(1);
    const Tensor eyes = (batch.points.select(1, 36) - batch.points.select(1, 45)).norm(2, 1);
    const Tensor box = std::get<0>(batch.points.max(1)) - std::get<0>(batch.points.min(1));
    const Tensor side = (box.select(1, 0) * box.select(1, 1)).sqrt();
    for (int i = 0; i < size; ++i) {
      sum_box += (error[i] / side[i]).item<double>();
      if (std::abs(batch.yaw_deg[std::size_t(i)]) <= 50) {
        sum += (error[i] / eyes[i]).item<double>();
        ++near;
      }
      if (out.face_logit[i].item<double>() > 0) score.face_recall += 1;
    }
  }
  score.faces = faces.count();
  score.nme_percent = 100 * sum / std::max(near, 1);
  score.nme_box_percent = 100 * sum_box / std::max(score.faces, 1);
  score.face_recall /= std::max(score.faces, 1);
  return score;
}

void train_landmarks(const LandmarkTrainingOptions& options,
                     const std::function<void(const TrainingReport&)>& progress,
                     std::stop_token stop) {
  LandmarkTask task(options);
  run_training(task, options.run, {.warm_up_steps = 200, .final_rate = 0.01}, progress, stop);
}

}  // namespace portrait
