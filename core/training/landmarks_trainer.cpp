// SPDX-License-Identifier: Apache-2.0
#include "core/nn/torch.h"

#include "core/training/landmarks_trainer.h"

#include "core/base/error.h"
#include "core/base/files.h"
#include "core/nn/adam.h"
#include "core/nn/model_pack.h"
#include "core/photo/landmarks68.h"
#include "core/training/landmarks_augment.h"

#include <chrono>
#include <cmath>
#include <set>

namespace portrait {
namespace fs = std::filesystem;
namespace {

constexpr double kWingWidth = 8.0 / LandmarkNet::kCropSize;   // w
constexpr double kWingCurve = 1.0 / LandmarkNet::kCropSize;   // epsilon
constexpr double kScaleWeight = 0.02;
constexpr double kFaceWeight = 0.1;
constexpr double kAverage = 0.998;
constexpr double kWarmUpSteps = 200;
constexpr const char* kSamplesSeen = "samples_seen";  // in the metadata of the weights

// w ln(1 + |x| / epsilon) near zero, |x| - C beyond.
Tensor wing(const Tensor& error) {
  const Tensor size = error.abs();
  const double constant = kWingWidth - kWingWidth * std::log(1 + kWingWidth / kWingCurve);
  return at::where(size < kWingWidth, kWingWidth * at::log1p(size / kWingCurve), size - constant);
}

struct Losses {
  Tensor total;
  double points_px = 0;
  double scale = 0;
  double face = 0;
};

Losses losses_of(const LandmarkNet& net, const LandmarkBatch& batch) {
  const LandmarkNet::Output out = net.forward(batch.crops);
  const Tensor weight = batch.face / batch.face.sum().clamp_min(1);
  const Tensor error = out.points - batch.points;
  const Tensor points = (wing(error).sum(2).mean(1) * weight).sum();
  // The likelihood teaches the scale alone: through the points it would let hard ones go.
  const Tensor distance = error.detach().norm(2, 2);
  const Tensor scale =
      ((distance * at::exp(-out.log_scale) + 2 * out.log_scale).mean(1) * weight).sum();
  const Tensor face = at::binary_cross_entropy_with_logits(out.face_logit, batch.face);
  Losses losses;
  losses.total = points + kScaleWeight * scale + kFaceWeight * face;
  losses.points_px = (distance.mean(1) * weight).sum().item<double>() * LandmarkNet::kCropSize;
  losses.scale = scale.item<double>();
  losses.face = face.item<double>();
  return losses;
}

// Reads what has appeared in the cache since the last look.
void take_in(const fs::path& cache, std::set<fs::path>& known, LandmarkFaces& faces) {
  for (const fs::path& file : list_landmark_cache(cache, false)) {
    if (known.insert(file).second) append_landmark_faces(file, faces);
  }
}

class Averaged {
 public:
  explicit Averaged(const LandmarkNet& net) {
    for (const auto& [name, tensor] : net.parameters()) values_[name] = tensor.detach().clone();
  }
  void add(const LandmarkNet& net, std::int64_t step) {
    const at::NoGradGuard no_grad;
    // Early averages would hold on to the random start.
    const double keep = std::min(kAverage, double(step) / double(step + 10));
    for (const auto& [name, tensor] : net.parameters()) {
      values_[name].mul_(keep).add_(tensor.detach(), 1 - keep);
    }
  }
  LandmarkNet net(const LandmarkNet& like) const { return LandmarkNet(values_, like.metadata()); }
  TensorMap values_;
};

void save_checkpoint(const fs::path& file, const LandmarkNet& net, const Averaged& average,
                     const Adam& adam, std::int64_t samples) {
  TensorMap tensors;
  for (const auto& [name, tensor] : net.tensors()) tensors["net." + name] = tensor;
  for (const auto& [name, tensor] : average.values_) tensors["average." + name] = tensor;
  adam.save_to(tensors);
  tensors["samples"] = at::full({1}, samples, at::kLong);
  save_tensors(file, tensors, net.metadata());
}

TensorMap with_prefix(const TensorMap& tensors, const std::string& prefix) {
  TensorMap out;
  for (const auto& [name, tensor] : tensors) {
    if (name.rfind(prefix, 0) == 0) out[name.substr(prefix.size())] = tensor;
  }
  return out;
}

}  // namespace

LandmarkScore score_landmarks(const LandmarkNet& net, const LandmarkFaces& faces) {
  const at::NoGradGuard no_grad;
  LandmarkScore score;
  double sum = 0;
  double sum_box = 0;
  int near = 0;
  for (int first = 0; first < faces.count(); first += 32) {
    const int size = std::min(32, faces.count() - first);
    const LandmarkBatch batch =
        plain_landmark_batch(faces, first, size, {7, random_purpose("landmark score"), 0, 0});
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
  using Clock = std::chrono::steady_clock;
  std::error_code problem;
  fs::create_directories(options.out, problem);
  LandmarkFaces faces;
  std::set<fs::path> known;
  take_in(options.cache, known, faces);
  check(faces.count() > 0, ErrorCode::kNotFound, "There are no faces in \"{}\"; fill it "
        "with `portrait synth --landmarks` first", options.cache.string());
  LandmarkFaces held_out;
  for (const fs::path& file : list_landmark_cache(options.cache, true)) {
    append_landmark_faces(file, held_out);
  }

  LandmarkNet net(options.net, options.seed);
  TensorMap restored;
  const fs::path checkpoint = options.out / "checkpoint.safetensors";
  if (options.resume && fs::exists(checkpoint, problem)) {
    const SafetensorsFile file(checkpoint);
    restored = load_tensors(file);
    net = LandmarkNet(with_prefix(restored, "net."), file.metadata());
  }
  Adam::Group group;
  for (const auto& [name, tensor] : net.parameters()) {
    Tensor(tensor).set_requires_grad(true);
    group.parameters.emplace_back(name, tensor);
  }
  Adam adam({group}, {options.learning_rate, 0.9, 0.99, 1e-8, 0});
  Averaged average(net);
  std::int64_t samples = 0;
  if (!restored.empty()) {
    adam.load_from(restored);
    average.values_ = with_prefix(restored, "average.");
    samples = restored.at("samples").item<std::int64_t>();
  }

  const auto start = Clock::now();
  auto last_report = start;
  auto last_checkpoint = start;
  Losses sum;
  int summed = 0;
  const auto save = [&] {
    save_checkpoint(checkpoint, net, average, adam, samples);
    auto metadata = net.metadata();
    metadata[kSamplesSeen] = std::to_string(samples);
    save_tensors(options.out / "landmarks.safetensors", average.values_, metadata, at::kHalf);
  };
  for (bool done = false; !done;) {
    const double minutes = std::chrono::duration<double>(Clock::now() - start).count() / 60;
    done = minutes >= options.minutes || stop.stop_requested();
    if (!done) {
      const std::int64_t step = adam.steps();
      const LandmarkBatch batch = draw_landmark_batch(
          faces, options.batch, options.negatives,
          {options.seed, random_purpose("landmark batch"), std::uint32_t(step), 0});
      adam.zero_grad();
      const Losses losses = losses_of(net, batch);
      losses.total.backward();
      const double norm = adam.gradient_norm();
      check(std::isfinite(norm), ErrorCode::kNumerical, "The gradient of the landmark network is "
            "not finite at step {}; try a smaller learning rate", step);
      if (norm > 1) adam.scale_gradients(1 / norm);
      const double fall = 0.5 * (1 + std::cos(M_PI * std::min(1.0, minutes / options.minutes)));
      adam.step(std::max(fall, 0.01) * std::min(1.0, (double(step) + 1) / kWarmUpSteps));
      average.add(net, adam.steps());
      samples += options.batch;
      sum.points_px += losses.points_px;
      sum.scale += losses.scale;
      sum.face += losses.face;
      ++summed;
    }
    const auto now = Clock::now();
    if (done || std::chrono::duration<double>(now - last_checkpoint).count() >
                    options.checkpoint_seconds) {
      save();
      last_checkpoint = now;
      take_in(options.cache, known, faces);
    }
    if (done ||
        std::chrono::duration<double>(now - last_report).count() > options.report_seconds) {
      const LandmarkScore score = score_landmarks(average.net(net), held_out);
      TrainingReport report;
      report.step = adam.steps();
      report.samples_seen = samples;
      report.minutes = minutes;
      const double count = std::max(summed, 1);
      report.values = {{"points_px", sum.points_px / count}, {"scale", sum.scale / count},
                       {"face", sum.face / count},           {"faces", faces.count()},
                       {"nme_percent", score.nme_percent},   {"face_recall", score.face_recall},
                       {"nme_box_percent", score.nme_box_percent}};
      if (progress) progress(report);
      sum = {};
      summed = 0;
      last_report = now;
    }
  }
}

void install_landmarks(const fs::path& folder, const fs::path& pack) {
  const fs::path weights = folder / "landmarks.safetensors";
  const SafetensorsFile file(weights);
  const auto stated = file.metadata().find(kSamplesSeen);
  check(stated != file.metadata().end(), ErrorCode::kCorrupt,
        "\"{}\" does not state how many samples it has seen; train it again", weights.string());
  PackNetwork network;
  network.id = "landmarks";
  network.file = "landmarks.safetensors";
  network.licence = "Apache-2.0";
  network.provenance = "Trained from scratch on synthetic portraits by this product's own trainer; "
                       "head shapes after the ICT Face Model Light (MIT), hair CC0";
  network.trained_on = "Synthetic portraits of core/synth and crops without a face.";
  network.samples_seen = std::stoll(stated->second);
  const TensorMap tensors = load_tensors(file);
  const LandmarkNet net(tensors, file.metadata());
  for (const auto& [key, value] : net.metadata()) network.config[key] = std::stoi(value);
  require_writable_folder(pack);
  save_tensors(pack / network.file, tensors, file.metadata(), at::kHalf);
  add_network(pack, network);
}

}  // namespace portrait
