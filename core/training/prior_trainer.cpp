// SPDX-License-Identifier: Apache-2.0
#include "core/training/prior_trainer.h"

#include "core/base/error.h"
#include "core/base/random.h"
#include "core/field/packed_planes.h"
#include "core/nn/model_pack.h"
#include "core/nn/torch_safetensors.h"
#include "core/training/batches_ahead.h"
#include "core/training/install_weights.h"
#include "core/training/mean_surface.h"
#include "core/training/prior_networks.h"
#include "core/training/rendered_patches.h"
#include "core/training/subject_batch.h"
#include "core/training/subject_cache.h"
#include "core/training/texture_loss.h"

#include <algorithm>

namespace portrait {
namespace {

// Raw density s says that a point is matter with probability sigmoid((s - kSurface) / kWidth).
// A doubtful point must weigh next to nothing on a ray, or doubt along the ray adds up to a wall and
// heads grow a fog at their sides: at probability 0.2 the density is nought, at 0.5 a hundredth of
// the cube's edge is a quarter opaque, at 0.9 two thirds. With a larger kSurface silhouettes of
// unseen heads come out too wide, with a smaller one too narrow (mask IoU 0.934 at 45, 0.936 at 33,
// 0.928 at 21).
constexpr double kSurface = 33;
constexpr double kWidth = 35;
constexpr double kDepthWeight = 4;
// What the photo does not tell is to come out as the mean of what it may be, not as one of them.
constexpr double kSquaredWeight = 3;
constexpr float kGrey = 0.5F;
constexpr const char* kSurfaceName = "encoder.surface";  // a constant
constexpr const char* kMeanPlanesName = "encoder.mean_planes";
constexpr std::size_t kSurfaceSubjects = 48;

// Cross-entropy of matter against labels, the mean over what is known.
Tensor occupancy_loss(const Tensor& raw, const Tensor& labels, const Tensor& weight) {
  return at::binary_cross_entropy_with_logits((raw - kSurface) / kWidth, labels, weight) /
         weight.mean().clamp_min(1e-6);
}

Tensor gradient_l1(const Tensor& a, const Tensor& b) {
  const Tensor d = a - b;
  return (d.slice(3, 1) - d.slice(3, 0, -1)).abs().mean() +
         (d.slice(2, 1) - d.slice(2, 0, -1)).abs().mean();
}

class PriorTask : public TrainingTask {
 public:
  explicit PriorTask(const PriorTrainingOptions& options)
      : options_(options),
        files_(list_subject_cache(options.cache)),
        held_back_(hold_back_subjects(files_, options.validation)),
        networks_(start().to(options.run.device, options_.encoder)),
        subjects_(files_, batch_options(true)),
        validation_(held_back_, batch_options(false)),
        batches_(options.run.device, [this](const TrainingStep& step) {
          RandomStream random(step.key("prior.step"));
          return subjects_.draw(random);
        }) {}

  std::vector<Adam::Group> parameters() override {
    Adam::Group usual;
    Adam::Group mean;
    mean.learning_rate_scale = 5;  // starts small and is touched by every sample
    mean.weights = false;
    for (const auto& [name, tensor] : networks_.named()) {
      if (is_constant(name)) continue;
      (name == kMeanPlanesName ? mean : usual).parameters.emplace_back(name, tensor);
    }
    return {usual, mean};
  }

  TensorMap constants() override {
    TensorMap constants;
    for (const auto& [name, tensor] : networks_.named()) {
      if (is_constant(name)) constants[name] = tensor;
    }
    return constants;
  }

  std::int64_t samples_before() const override { return samples_before_; }

  Tensor loss(TrainingStep& step) override {
    const SubjectBatch batch = batches_.next(step).to(options_.run.device);
    const FieldFrame frame = FieldFrame::own(options_.encoder.depth_slices);
    const Tensor planes = networks_.encoder(batch.photo, batch.matte, batch.cameras);
    const Decoder decoder = networks_.decoder();

    const std::int64_t n = batch.occupancy_points.size(1);
    const std::int64_t m = batch.surface_points.size(1);
    const Tensor features = sample_packed_planes(
        pack_planes(planes), at::cat({batch.occupancy_points, batch.surface_points, batch.patch_points}, 1),
        frame);
    const Tensor hidden = decoder.hidden(features);
    const Tensor raw = decoder.raw_of_hidden(hidden.slice(1, 0, n)).squeeze(2);
    const Tensor colours = decoder.colours_of_hidden(hidden.slice(1, n));

    const Tensor matter = occupancy_loss(raw, batch.occupancy, batch.occupancy_weight);
    const Tensor off = colours.slice(1, 0, m).slice(2, 0, 3) - batch.surface_rgb;
    const Tensor colour = off.abs().mean();
    Tensor total = matter + 4 * (colour + kSquaredWeight * off.square().mean());
    step.note("matter", matter);
    step.note("colour", colour);

    const Tensor target = batch.patch.slice(1, 0, 3);
    Tensor patch_features;
    if (step.share() > 1 - options_.rendered_share) {
      patch_features = rendered_patches(step, planes, decoder, frame, batch, total);
    } else {
      const Tensor hit = batch.patch_hit.unsqueeze(2);
      patch_features = (colours.slice(1, m) * hit + kGrey * (1 - hit))
                           .transpose(1, 2)
                           .reshape({planes.size(0), -1, kPatchPoints, kPatchPoints});
    }
    const Tensor picture = networks_.sr.forward(patch_features);
    const Tensor sharp = (picture - target).abs().mean() + gradient_l1(picture, target);
    step.note("picture", sharp);
    total = total + 2 * sharp;
    if (options_.texture > 0) {
      const Tensor texture = texture_loss(picture, target, step.key("prior.texture"));
      step.note("texture", texture);
      total = total + 2 * options_.texture * texture;
    }
    return total;
  }

  // Share of labelled points near the surface told right, as intersection over union, and the
  // colour error, on subjects that are never trained on; with the averaged weights.
  TrainingValues validate(const TensorMap& averaged) override {
    const PriorNetworks shipped =
        PriorNetworks::from(PriorNetworks::shipped(averaged), options_.encoder);
    double both = 0, either = 0, colour = 0;
    constexpr int kBatches = 4;
    for (int i = 0; i < kBatches; ++i) {
      RandomStream random({options_.run.seed, random_purpose("prior.validation"), 0,
                           static_cast<std::uint32_t>(i)});
      const SubjectBatch batch = validation_.draw(random).to(options_.run.device);
      const Tensor planes =
          pack_planes(shipped.encoder(batch.photo, batch.matte, batch.cameras));
      const FieldFrame frame = FieldFrame::own(options_.encoder.depth_slices);
      const Decoder& decoder = shipped.trained_decoder;
      const Decoded at_points =
          decoder.decode(sample_packed_planes(planes, batch.occupancy_points, frame));
      const Tensor inside = at_points.raw_density.squeeze(2) > kSurface;
      const Tensor truth = batch.occupancy.gt(0.5);
      const Tensor known = batch.occupancy_weight.gt(0);
      both += (inside & truth & known).sum().item<double>();
      either += ((inside | truth) & known).sum().item<double>();
      const Decoded at_surface =
          decoder.decode(sample_packed_planes(planes, batch.surface_points, frame));
      colour += (at_surface.colours.slice(2, 0, 3) - batch.surface_rgb).abs().mean().item<double>();
    }
    return {{"validation_iou", both / std::max(1.0, either)},
            {"validation_colour", colour / kBatches}};
  }

  void save_weights(const TensorMap& averaged, std::int64_t samples_seen) override {
    write_weights(options_.run.out, "prior", PriorNetworks::shipped(averaged),
                  to_json(options_.encoder), samples_seen,
                  "Synthetic portraits of core/synth, subjects " + files_.front().stem().string() +
                      " to " + files_.back().stem().string() +
                      (options_.frontal ? ", seen from within 45 degrees of the front." : "."));
  }

 private:
  bool is_constant(const std::string& name) const {
    if (name == kSurfaceName) return true;
    if (!options_.finish || !name.starts_with("encoder.")) return false;
    const bool last =
        name.starts_with("encoder.generator.") &&
        (name.find(".up128.") != std::string::npos || name.find(".out.") != std::string::npos);
    return !last && name != kMeanPlanesName;
  }

  PriorNetworks start() {
    if (!options_.run.from.empty()) {
      const ModelPack pack = ModelPack::open(options_.run.from);
      const PackNetwork& network = pack.network("prior");
      samples_before_ = network.samples_seen;
      const int grain = options_.encoder.grain_channels;
      options_.encoder = plane_encoder_config(network.config);
      options_.encoder.grain_channels = std::max(options_.encoder.grain_channels, grain);
      return PriorNetworks::from_shipped(
          with_all_inputs(load_tensors(*network.weights), options_.encoder), options_.encoder);
    }
    PriorNetworks networks = PriorNetworks::random(options_.encoder, options_.run.seed);
    const std::size_t used = std::min<std::size_t>(files_.size(), kSurfaceSubjects);
    networks.encoder.surface.copy_(
        mean_surface({files_.begin(), files_.begin() + std::ptrdiff_t(used)},
                     options_.encoder.depth_slices, options_.encoder.plane_resolution,
                     options_.frontal));
    return networks;
  }

  SubjectBatches::Options batch_options(bool training) const {
    return {training ? options_.run.batch : 4, options_.occupancy_points, options_.surface_points,
            training, options_.frontal};
  }

  // Volume-renders each sample's patch; adds the losses of opacity and coarse colour to `total`.
  Tensor rendered_patches(TrainingStep& step, const Tensor& planes, const Decoder& decoder,
                          const FieldFrame& frame, const SubjectBatch& batch, Tensor& total) {
    const Tensor target_small = at::avg_pool2d(batch.patch, {4, 4});
    const RenderedPatches patches =
        render_patches(planes, decoder, frame, batch.patch_cameras, step.key("prior.rays"));
    const Tensor& features = patches.features;
    const Tensor opacity = (patches.opacity - target_small.slice(1, 3, 4)).abs().mean();
    const Tensor coarse =
        (features.slice(1, 0, 3) - target_small.slice(1, 0, 3)).abs().mean();
    // Where both see matter: one surface instead of several half-transparent ones.
    const Tensor seen =
        batch.patch_hit.view({-1, kPatchPoints, kPatchPoints}) * patches.opacity.detach().squeeze(1);
    const Tensor depth = ((patches.depth - batch.patch_depth).abs() * seen).mean();
    total = total + 2 * opacity + 2 * coarse + kDepthWeight * depth;
    step.note("depth", depth);
    step.note("opacity", opacity);
    step.note("coarse", coarse);
    return features;
  }

  PriorTrainingOptions options_;
  std::vector<std::filesystem::path> files_;
  std::vector<std::filesystem::path> held_back_;
  std::int64_t samples_before_ = 0;
  PriorNetworks networks_;
  SubjectBatches subjects_;
  SubjectBatches validation_;
  BatchesAhead<SubjectBatch> batches_;
};

}  // namespace

void train_prior(const PriorTrainingOptions& options,
                 const std::function<void(const TrainingReport&)>& progress,
                 std::stop_token stop) {
  PriorTask task(options);
  run_training(task, options.run, {.largest_gradient = 5}, progress, stop);
}

}  // namespace portrait
