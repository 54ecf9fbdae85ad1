// SPDX-License-Identifier: Apache-2.0
#include "core/nn/torch.h"

#include "core/pipeline/geometry_stage.h"

#include "core/pipeline/text_prompt.h"

#include "core/base/error.h"
#include "core/base/interruption.h"
#include "core/base/random.h"
#include "core/guidance/score_distillation.h"
#include "core/pipeline/reference_view.h"
#include "core/reprojection/splat_noise.h"

#include <nlohmann/json.hpp>

#include <algorithm>
#include <cmath>
#include <limits>
#include <utility>

namespace portrait {
namespace {

constexpr int kPhotoKey = 999;
constexpr int kKeepEvery = 10;
constexpr int kDecoderTensors = 4;  // after the planes in a list of gradients
constexpr const char* kPrefix = "geometry.";

Field with_leaves(Field head) {
  head.requires_grad(false);
  head.planes.set_requires_grad(true);
  for (const auto& [name, tensor] : head.decoder.named_parameters()) tensor.set_requires_grad(true);
  return head;
}

// The network of a pack with another prior would fail at the stage's first step.
const LoadedPlaneUNet& fitting(const LoadedPlaneUNet& unet, const Field& head) {
  const int slices = unet.network->config().depth_slices;
  check(slices == head.frame.depth_slices, ErrorCode::kUnsupported,
        "The pack's network \"geometry\" changes planes of {} slices and this head has planes of "
        "{}; take a pack whose geometry network was trained for its prior, or switch "
        "geometry.detail_preservation off",
        slices, head.frame.depth_slices);
  return unet;
}

OptimisedState::Parameters all_of(const Field& head, const PlaneChange& change) {
  OptimisedState::Parameters all = change.parameters;
  for (auto& named : head.decoder.named_parameters()) all.push_back(std::move(named));
  return all;
}

}  // namespace

GeometryOptions GeometryOptions::from(const Settings& settings) {
  GeometryOptions options;
  options.take_live(settings);
  options.steps = settings.get<int>("geometry.steps");
  options.size = settings.get<int>("geometry.size");
  options.through_unet = settings.get<bool>("geometry.detail_preservation");
  options.coarse = settings.get<int>("render.coarse_samples");
  options.fine = settings.get<int>("render.fine_samples");
  return options;
}

void GeometryOptions::take_live(const Settings& settings) {
  views_per_step = settings.get<int>("geometry.views_per_step");
  rate_unet = settings.get<double>("geometry.learning_rate_unet");
  rate_planes = settings.get<double>("geometry.learning_rate_planes");
  rate_decoder = settings.get<double>("geometry.learning_rate_decoder");
  guidance = settings.get<double>("geometry.guidance");
  distillation_weight = settings.get<double>("geometry.distillation_weight");
  reference_loss = settings.get<bool>("geometry.reference_loss");
  reference_weight = settings.get<double>("geometry.reference_weight");
}

GeometryStage::GeometryStage(Field head, const PhotoTarget& photo, GeometryNetworks networks,
                             std::uint64_t seed, const Settings& settings)
    : head_(with_leaves(std::move(head))),
      photo_(photo),
      diffusion_(std::move(networks.diffusion)),
      seed_(seed),
      options_(GeometryOptions::from(settings)),
      before_(head_.planes.detach().clone()),
      change_(options_.through_unet ? PlaneChange::through(fitting(networks.plane_unet, head_))
                                    : PlaneChange::direct(before_)),
      planes_(live_rate_adam(change_.parameters)),
      decoder_(live_rate_adam(head_.decoder.named_parameters())),
      good_(all_of(head_, change_), {{"unet", &planes_}, {"decoder", &decoder_}}) {
  const ViewDiffusion& diffusion = *diffusion_;
  conditioning_ = diffusion.conditioning(photo.over_trained_background(), text_prompt(settings));
  options_.size = std::min(options_.size, static_cast<int>(photo.rgb.size(1)));
  if (options_.size < photo.rgb.size(1)) photo_ = photo.reduced(options_.size);
  check(options_.size % diffusion.size_step() == 0, ErrorCode::kBadUsage,
        "Views of {} pixels cannot be judged; the pack's networks take multiples of {}",
        options_.size, diffusion.size_step());
  good_.keep();
}

ViewGraphOptions GeometryStage::graph_options(int view) const {
  ViewGraphOptions options;
  options.width = photo_.width;
  options.coarse = options_.coarse;
  options.fine = options_.fine;
  options.background = kTrainedBackground;
  options.occupancy = &occupancy_;
  options.jitter_key =
      RandomKey{seed_, random_purpose("geometry samples"), static_cast<std::uint32_t>(draws_),
                static_cast<std::uint32_t>(view)};
  options.unskipped_from = draws_;
  return options;
}

void GeometryStage::show_planes() {
  const at::NoGradGuard no_grad;
  head_.planes.copy_(change_.of(before_));
}

void GeometryStage::distil_view(int view, GradientList& sum) {
  RandomStream random({seed_, random_purpose("geometry view"), static_cast<std::uint32_t>(draws_),
                       static_cast<std::uint32_t>(view)});
  const Viewpoint where{random.uniform(-180, 180), random.uniform(-30, 30)};
  const ViewDiffusion& diffusion = *diffusion_;
  const int t =
      distillation_timestep(diffusion.schedule().config(), step_, options_.steps, random.uniform());
  const ViewGraph graph(head_, rig_camera(where), graph_options(view));
  const int size = static_cast<int>(graph.rgb().size(1));
  const NoiseShape shape = diffusion.noise_shape(size);
  const Tensor noise =
      fresh_noise({seed_, random_purpose("geometry noise"), static_cast<std::uint32_t>(draws_),
                   static_cast<std::uint32_t>(view)},
                  shape.channels, shape.height, shape.width);
  const DistilledPicture distilled =
      distil(diffusion.vae(), diffusion.schedule(), graph.rgb().clamp(0, 1), noise, t,
             diffusion.predictor(*conditioning_, where, options_.guidance));
  losses_.add("distillation", distilled.norm);
  const double scale = options_.distillation_weight / double(noise.numel());
  add_gradient(sum, graph.pull({distilled.gradient * scale, {}, {}}));
}

void GeometryStage::take_photo(GradientList& sum) {
  ViewGraphOptions options = graph_options(kPhotoKey);
  options.background = photo_.background;
  const ViewGraph graph(head_, photo_.camera, options);
  add_gradient(sum, reference_gradient(graph, photo_, options_.reference_weight, losses_));
}

StageResult GeometryStage::step() {
  check(!finished(), ErrorCode::kInternal, "The geometry stage was stepped after its end");
  losses_.terms.clear();
  const Tensor planes = change_.of(before_);
  {
    const at::NoGradGuard no_grad;
    head_.planes.copy_(planes);
  }
  occupancy_ = build_occupancy(head_);
  GradientList sum;
  for (int view = 0; view < options_.views_per_step; ++view) distil_view(view, sum);
  if (options_.reference_loss) take_photo(sum);
  std::string culprit = losses_.non_finite();
  if (culprit.empty() && !std::isfinite(gradient_norm(sum))) culprit = "gradient of the head";
  planes_.zero_grad();
  decoder_.zero_grad();
  if (culprit.empty()) planes.backward(sum[0]);
  // What follows is short, and cannot be begun again.
  const Interruptible whole_or_not([] { return false; });
  ++draws_;
  if (!culprit.empty()) return roll_back(culprit);
  const auto decoder = head_.decoder.named_parameters();
  for (std::size_t i = 0; i < kDecoderTensors; ++i) {
    Tensor parameter = decoder[i].second;
    parameter.mutable_grad() = sum[1 + i];
  }
  if (!std::isfinite(planes_.gradient_norm())) return roll_back("gradient of the planes");
  planes_.step(damping_ * (options_.through_unet ? options_.rate_unet : options_.rate_planes));
  if (options_.rate_decoder > 0) decoder_.step(damping_ * options_.rate_decoder);
  ++step_;
  show_planes();
  if (step_ % kKeepEvery == 0) {
    good_.keep();
    good_step_ = step_;
  }
  losses_.add_total();
  return {losses_, true, false};
}

StageResult GeometryStage::roll_back(const std::string& term) {
  good_.restore();
  step_ = good_step_;
  show_planes();
  ++rollbacks_;
  damping_ *= 0.5;
  check(rollbacks_ < 2, ErrorCode::kNumerical,
        "The geometry stage met a value that is not finite ({}) again after going back to step {} "
        "with half the step size. The head of that step is kept; start again with lower learning "
        "rates.",
        term, step_);
  return {losses_.only(term), true, true};
}

void GeometryStage::save_to(TensorMap& tensors, nlohmann::json& state) const {
  good_.save_moments(tensors, kPrefix);
  tensors[std::string(kPrefix) + "before"] = before_;
  for (const auto& [name, tensor] : change_.parameters) {
    tensors[std::string(kPrefix) + "phi." + name] = tensor.detach();
  }
  state = {{"step", step_}, {"draws", draws_}, {"rollbacks", rollbacks_}, {"damping", damping_}};
}

void GeometryStage::load_from(const TensorMap& tensors, const nlohmann::json& state) {
  const auto at = [&](const std::string& name, const Tensor& like) {
    const auto found = tensors.find(kPrefix + name);
    check(found != tensors.end() && found->second.sizes() == like.sizes(), ErrorCode::kCorrupt,
          "The project's geometry stage lacks a sound \"{}\"", name);
    return found->second;
  };
  try {
    step_ = state.at("step").get<int>();
    draws_ = state.at("draws").get<int>();
    rollbacks_ = state.at("rollbacks").get<int>();
    damping_ = state.at("damping").get<double>();
  } catch (const nlohmann::json::exception& e) {
    fail(ErrorCode::kCorrupt, "The state of the geometry stage in the project is damaged: {}",
         e.what());
  }
  {
    const at::NoGradGuard no_grad;
    before_ = at("before", before_).clone();
    for (const auto& [name, tensor] : change_.parameters) {
      Tensor(tensor).copy_(at("phi." + name, tensor));
    }
  }
  good_.load_moments(tensors, kPrefix);
  good_step_ = step_;
}

}  // namespace portrait
