// SPDX-License-Identifier: Apache-2.0
#include "core/nn/torch.h"

#include "core/training/plane_unet_trainer.h"

#include "core/base/error.h"
#include "core/base/random.h"
#include "core/guidance/score_distillation.h"
#include "core/guidance/view_diffusion.h"
#include "core/guidance/view_graph.h"
#include "core/nn/model_pack.h"
#include "core/prior/gan_prior.h"
#include "core/prior/photo_lift.h"
#include "core/prior/plane_encoder.h"
#include "core/reprojection/splat_noise.h"
#include "core/training/install_weights.h"
#include "core/training/subject_batch.h"
#include "core/training/subject_cache.h"

#include <nlohmann/json.hpp>

#include <algorithm>
#include <array>
#include <cmath>
#include <memory>
#include <vector>

namespace portrait {
namespace {

constexpr const char* kTrainedOn =
    "Tri-planes that the prior makes of synthetic portraits of core/synth.";
constexpr std::array kScoredSteps = {200, 500};
constexpr std::array kScoredAzimuths = {0.0, 120.0, 180.0};

class PlaneUNetTask : public TrainingTask {
 public:
  explicit PlaneUNetTask(const PlaneUNetTrainingOptions& options)
      : options_(options),
        pack_(ModelPack::open(options.pack)),
        prior_(GanPrior::load(pack_, options.run.device)),
        diffusion_(ViewDiffusion::load(pack_, options.run.device)),
        files_(list_subject_cache(options.cache)),
        held_back_(hold_back_subjects(files_, options.validation)),
        subjects_(files_, batch_options(options.run.batch)),
        people_(held_back_, batch_options(1)),
        unet_(start()) {}

  std::vector<Adam::Group> parameters() override { return {{unet_.parameters, 1}}; }
  std::int64_t samples_before() const override { return samples_before_; }

  Tensor loss(TrainingStep& step) override {
    RandomStream random(step.key("plane unet"));
    const SubjectBatch batch = subjects_.draw(random);
    Tensor total;
    double change = 0, distilled = 0;
    const std::int64_t count = batch.photo.size(0);
    for (std::int64_t b = 0; b < count; ++b) {
      const Field head = head_of(batch, b);
      const Tensor planes = (*unet_.network)(head.planes);
      const Viewpoint where{random.uniform(-180, 180), random.uniform(-30, 30)};
      const int t = distillation_timestep(diffusion_->schedule().config(), 0, 1, random.uniform());
      const Tensor noise = noise_of(step.key("plane unet noise", std::uint32_t(b)));
      const auto conditioning = diffusion_->conditioning(there(batch.photo[b]));
      const ViewGraph graph = view_of(head, planes.detach(), where);
      const DistilledPicture found =
          distil(diffusion_->vae(), diffusion_->schedule(), graph.rgb().clamp(0, 1), noise, t,
                 diffusion_->predictor(*conditioning, where, options_.guidance));
      const Tensor upstream = graph.pull({found.gradient / double(noise.numel()), {}, {}}).front();
      const Tensor moved = (planes - head.planes).square().mean();
      // A sum whose gradient is the one that was pulled back.
      const Tensor term = (planes * upstream).sum() + options_.keep_weight * moved;
      total = total.defined() ? total + term : term;
      change += std::sqrt(moved.item<double>());
      distilled += found.norm;
    }
    step.note("distillation", distilled / double(count));
    step.note("change", change / double(count));
    return total / double(count);
  }

  TrainingValues validate(const TensorMap& averaged) override {
    const LoadedPlaneUNet shipped = make_plane_unet(averaged, options_.network);
    double with = 0, before = 0;
    int count = 0;
    for (int person = 0; person < int(held_back_.size()); ++person) {
      RandomStream random({1, random_purpose("plane unet validation"), 0, std::uint32_t(person)});
      const SubjectBatch batch = people_.draw(random);
      const Field head = head_of(batch, 0);
      const auto conditioning = diffusion_->conditioning(there(batch.photo[0]));
      for (const double azimuth : kScoredAzimuths) {
        const Viewpoint where{azimuth, 0};
        const Tensor noise = noise_of(
            {1, random_purpose("plane unet score"), std::uint32_t(count), std::uint32_t(person)});
        for (const int t : kScoredSteps) {
          with += residual(head, (*shipped.network)(head.planes), where, *conditioning, noise, t);
          before += residual(head, head.planes, where, *conditioning, noise, t);
          ++count;
        }
      }
    }
    return {{"residual", with / count}, {"residual_before", before / count}};
  }

  void save_weights(const TensorMap& averaged, std::int64_t samples_seen) override {
    nlohmann::json config = to_json(options_.network);
    config["prior_sha256"] = pack_.network("prior").sha256;
    config["unet_sha256"] = pack_.network("unet").sha256;
    write_weights(options_.run.out, "geometry", averaged, config, samples_seen, kTrainedOn);
  }

 private:
  static SubjectBatches::Options batch_options(int batch) {
    SubjectBatches::Options options;
    options.batch = batch;
    options.occupancy_points = options.surface_points = 1;  // not looked at
    options.augment = false;
    return options;
  }

  LoadedPlaneUNet start() {
    if (options_.run.from.empty()) {
      options_.network.depth_slices =
          plane_encoder_config(pack_.network("prior").config).depth_slices;
      TensorMap fresh;
      for (const auto& [name, tensor] : make_plane_unet({}, options_.network).parameters) {
        fresh[name] = there(tensor);
      }
      return make_plane_unet(fresh, options_.network);
    }
    const ModelPack pack = ModelPack::open(options_.run.from);
    const PackNetwork& network = pack.network("geometry");
    samples_before_ = network.samples_seen;
    options_.network = plane_unet_config(network.config);
    return make_plane_unet(load_tensors(*network.weights, at::kFloat, options_.run.device),
                           options_.network);
  }

  Tensor there(const Tensor& tensor) const { return tensor.to(options_.run.device); }

  Field head_of(const SubjectBatch& batch, std::int64_t index) const {
    return prior_.infer(batch.photo[index], batch.matte[index],
                        camera_of_tensor(batch.cameras[index]));
  }

  Tensor noise_of(const RandomKey& key) const {
    const NoiseShape shape = diffusion_->noise_shape(options_.size);
    return there(fresh_noise(key, shape.channels, shape.height, shape.width));
  }

  ViewGraph view_of(Field head, const Tensor& planes, const Viewpoint& where) const {
    head.planes = planes.detach().clone();
    head.requires_grad(false);
    head.planes.set_requires_grad(true);
    ViewGraphOptions options;
    options.width = options_.size / SuperResolution::kScale;
    options.coarse = options_.coarse;
    options.fine = options_.fine;
    return ViewGraph(head, rig_camera(where), options);
  }

  double residual(const Field& head, const Tensor& planes, const Viewpoint& where,
                  const Conditioning& conditioning, const Tensor& noise, int t) const {
    const ViewGraph graph = view_of(head, planes, where);
    const Tensor clean = diffusion_->latents(graph.rgb().clamp(0, 1)).unsqueeze(0);
    const Tensor gradient = distilled_gradient(diffusion_->schedule(), clean, noise.unsqueeze(0), t,
                                               diffusion_->predictor(conditioning, where, 1));
    return std::sqrt(gradient.square().mean().item<double>()) /
           (1 - diffusion_->schedule().alpha_bar(t));
  }

  PlaneUNetTrainingOptions options_;
  ModelPack pack_;
  GanPrior prior_;
  std::shared_ptr<const ViewDiffusion> diffusion_;
  std::vector<std::filesystem::path> files_;
  std::vector<std::filesystem::path> held_back_;
  SubjectBatches subjects_;
  SubjectBatches people_;
  std::int64_t samples_before_ = 0;
  LoadedPlaneUNet unet_;
};

}  // namespace

void train_plane_unet(const PlaneUNetTrainingOptions& options,
                      const std::function<void(const TrainingReport&)>& progress,
                      std::stop_token stop) {
  PlaneUNetTask task(options);
  run_training(task, options.run, options.pace, progress, stop);
}

}  // namespace portrait
