// SPDX-License-Identifier: Apache-2.0
#include "app/cli/command.h"
#include "app/cli/device_name.h"
#include "core/base/error.h"
#include "core/training/hpdm_trainer.h"
#include "core/training/id_trainer.h"
#include "core/training/install_weights.h"
#include "core/training/perceptual_trainer.h"
#include "core/training/plane_unet_trainer.h"
#include "core/training/prior_trainer.h"
#include "core/training/unet_trainer.h"
#ifndef PORTRAIT_TRAIN_ONLY
#include "core/training/landmarks_trainer.h"
#include "core/training/latent_cache.h"
#include "core/training/pair_cache.h"
#include "core/training/vae_trainer.h"
#include "core/training/matting_trainer.h"
#endif

#include <cstdio>
#include <functional>
#include <memory>
#include <string>
#include <vector>

namespace portrait::cli {
namespace {

void print_report(const TrainingReport& report) {
  std::printf("%7.2f min  %6.2f left  step %6lld  samples %8lld  %6.2f/s ", report.minutes,
              report.minutes_left, static_cast<long long>(report.step),
              static_cast<long long>(report.samples_seen), report.samples_per_second);
  for (const auto& [name, value] : report.values) std::printf(" %s %.4f", name.c_str(), value);
  std::printf("\n");
  std::fflush(stdout);
}

// A subcommand with what a run of any trainer is told. run(stop) trains into OUT/ID.safetensors, or
// those of `networks`.
template <class Options>
CLI::App& add_trainer(CLI::App& train, Action& action, const std::string& id,
                      const std::string& help, const std::shared_ptr<Options>& options,
                      void (*run)(const Options&,
                                  const std::function<void(const TrainingReport&)>&,
                                  std::stop_token),
                      std::vector<std::string> networks = {}) {
  if (networks.empty()) networks = {id};
  auto device = std::make_shared<std::string>("auto");
  auto pack = std::make_shared<std::filesystem::path>();
  auto& command = *train.add_subcommand(id, help);
  TrainingRun& told = options->run;
  command.add_option("--out", told.out, "Folder of checkpoint and weights")->required();
  command.add_option("--minutes", told.minutes, "Length of this run")->capture_default_str();
  command.add_option("--batch", told.batch)->capture_default_str();
  command.add_option("--learning-rate", told.learning_rate)->capture_default_str();
  command.add_flag("--muon", told.muon, "Weights of layers by Muon instead of Adam");
  command.add_option("--seed", told.seed)->capture_default_str();
  command.add_flag("--resume", told.resume, "Go on from OUT/checkpoint.safetensors");
  command.add_option("--from", told.from, "Pack whose weights are the start")->excludes("--resume");
  command.add_option("--validation-seconds", told.validation_seconds,
                     "Between two looks at what is held out")
      ->capture_default_str();
  command.add_option("--device", *device, "auto, cpu or cuda")->capture_default_str();
  command.add_flag("--mixed", told.mixed_precision, "Products in bfloat16");
  command.add_option("--pack", *pack,
                     "Pack that takes the weights when the run ends; with --resume and --minutes 0 "
                     "nothing else is done");
  command.callback([options, device, pack, networks, run, &action] {
    action = [options, device, pack, networks, run](std::stop_token stop) {
      options->run.device = device_named(*device);
      run(*options, print_report, stop);
      if (pack->empty()) return;
      for (const std::string& network : networks) {
        install_weights(options->run.out, network, *pack);
      }
    };
  });
  return command;
}

void add_train_prior(CLI::App& train, Action& action) {
  auto options = std::make_shared<PriorTrainingOptions>();
  auto& command = add_trainer(
      train, action, "prior",
      "The network that makes the first head of a photo, with decoder and super-resolution", options,
      train_prior);
  command.add_option("--cache", options->cache, "Subject cache, filled by `portrait synth --cache`")
      ->required();
  command.add_option("--rendered-share", options->rendered_share,
                     "Last part of the run that trains on volume-rendered pieces")
      ->capture_default_str();
  command.add_flag("--frontal", options->frontal,
                   "Only what is seen from within 45 degrees of the front: a prior without a back");
  command.add_option("--texture", options->texture,
                     "Weight of the pieces' fine texture, wherever a hair lies exactly");
  command.add_flag("--finish", options->finish,
                   "Only the last layers, decoder and super-resolution: for runs with --texture");
  command.add_option("--grain", options->encoder.grain_channels,
                     "Channels of noise, the same for all photos, that hair and cloth begin with");
  command.add_option("--depth-slices", options->encoder.depth_slices,
                     "Depth slices per plane of the tri-grid")
      ->capture_default_str();
}

void add_train_unet(CLI::App& train, Action& action) {
  auto options = std::make_shared<UnetTrainingOptions>();
  auto& command = add_trainer(train, action, "unet",
                              "The base UNet of the diffusion model, with its conditioner", options,
                              train_unet, {"unet", "conditioner"});
  command
      .add_option("--cache", options->cache, "Latent cache, filled by `portrait train latents`")
      ->required();
  command.add_option("--vae", options->vae_pack, "Pack whose VAE made the latents")->required();
  command.add_option("--large-share", options->large_share,
                     "Last part of the run, on latents of 512 x 512 pixels, a quarter of the speed")
      ->capture_default_str();
}

void add_train_hpdm(CLI::App& train, Action& action) {
  auto options = std::make_shared<HpdmTrainingOptions>();
  auto& command = add_trainer(train, action, "hpdm",
                              "The branches that steer the UNet by a neighbouring view", options,
                              train_hpdm);
  command.add_option("--cache", options->cache, "Pair cache, filled by `portrait train pairs`")
      ->required();
  command
      .add_option("--base", options->pack, "Pack of the UNet and of what made the pairs")
      ->required();
  command.add_option("--from-render", options->from_render,
                     "Share of samples that start as the head's noised render, not as noised truth")
      ->capture_default_str();
  command.add_option("--large-share", options->large_share,
                     "Last part of the run, on latents of 512 x 512 pixels, a quarter of the speed")
      ->capture_default_str();
  command
      .add_option("--prompt", options->prompt.prompt,
                  "What the pictures show, where the base reads texts")
      ->capture_default_str();
  command.add_flag(
      "--gradient-checkpoints", options->gradient_checkpoints,
      "Keep less for the way back and compute it anew: for networks of published size");
  command.add_flag("!--no-implicit", options->hpdm.implicit,
                   "Without the Implicit-Branch (10)");
  command.add_flag("!--no-geometry", options->hpdm.geometry_prior,
                   "Without the geometry prior (11)");
}

void add_train_geometry(CLI::App& train, Action& action) {
  auto options = std::make_shared<PlaneUNetTrainingOptions>();
  auto& command = add_trainer(train, action, "geometry",
                              "The detail-preservation UNet that repairs a head's shape (4)",
                              options, train_plane_unet);
  command.add_option("--cache", options->cache, "Subject cache, filled by `portrait synth --cache`")
      ->required();
  command
      .add_option("--base", options->pack, "Pack of the prior and the diffusion model, both frozen")
      ->required();
  command.add_option("--size", options->size, "Pixels of the views that are judged")
      ->check(CLI::IsMember({128, 256, 512}))
      ->capture_default_str();
  command.add_option("--guidance", options->guidance, "1: none")->capture_default_str();
  command
      .add_option("--keep", options->keep_weight,
                  "How strongly the planes are held to what came in")
      ->capture_default_str();
}

void add_train_id(CLI::App& train, Action& action) {
  auto options = std::make_shared<IdTrainingOptions>();
  auto& command =
      add_trainer(train, action, "id", "The network that tells whether two faces are of one person",
                  options, train_id, {"id_compact"});
  command
      .add_option("--cache", options->cache,
                  "Identity cache, filled by `portrait synth --identities`; its people of "
                  "--validation score the network")
      ->required();
  command.add_option("--photos", options->photos, "Of each person in a batch")
      ->check(CLI::Range(2, 16))
      ->capture_default_str();
  command.add_option("--temperature", options->temperature, "Of the contrastive loss")
      ->check(CLI::Range(0.01, 1.0))
      ->capture_default_str();
}

void add_train_perceptual(CLI::App& train, Action& action) {
  auto options = std::make_shared<PerceptualTrainingOptions>();
  auto& command = add_trainer(train, action, "perceptual",
                              "The network that tells how different two pictures of a face look",
                              options, train_perceptual, {"perceptual_compact"});
  command.add_option("--crop", options->crop, "Side of the pieces of faces, in pixels")
      ->check(CLI::Range(16, 112))
      ->capture_default_str();
  command
      .add_option("--cache", options->cache,
                  "Identity cache, filled by `portrait synth --identities`; its people of "
                  "--validation score the network")
      ->required();
}

#ifndef PORTRAIT_TRAIN_ONLY
void show_subjects(int done, int of) {
  if (done % 10 != 0 && done != of) return;
  std::printf("%d of %d subjects\n", done, of);
  std::fflush(stdout);
}

void add_train_pairs(CLI::App& train, Action& action) {
  auto options = std::make_shared<PairCacheOptions>();
  auto& command = *train.add_subcommand(
      "pairs", "Encode pairs of adjacent views, once, for the trainer of HPDM");
  command
      .add_option("--views", options->views, "View cache, filled by `portrait synth --views`")
      ->required();
  command.add_option("--base", options->pack, "Pack whose prior and VAE make them")->required();
  command.add_option("--out", options->folder, "Folder of the pair cache to fill")->required();
  command.add_option("--large", options->large,
                     "Subjects, from the first, that get latents of 512 x 512 pixels too")
      ->capture_default_str();
  command.callback([options, &action] {
    action = [options](std::stop_token stop) { fill_pair_cache(*options, show_subjects, stop); };
  });
}

// Not a network, but the data of one.
void add_train_latents(CLI::App& train, Action& action) {
  auto options = std::make_shared<LatentCacheOptions>();
  auto& command = *train.add_subcommand(
      "latents", "Encode a view cache by a pack's VAE, once, for the trainers of diffusion");
  command
      .add_option("--views", options->views, "View cache, filled by `portrait synth --views`")
      ->required();
  command.add_option("--vae", options->pack, "Pack whose VAE encodes")->required();
  command.add_option("--out", options->folder, "Folder of the latent cache to fill")->required();
  command.add_flag("!--no-mirror", options->mirrored,
                   "Without each subject's mirror image as a second person");
  command.callback([options, &action] {
    action = [options](std::stop_token stop) {
      fill_latent_cache(*options, show_subjects, stop);
    };
  });
}

void add_train_landmarks(CLI::App& train, Action& action) {
  auto options = std::make_shared<LandmarkTrainingOptions>();
  auto& command = add_trainer(train, action, "landmarks",
                              "The network that finds the 68 points of a face", options,
                              train_landmarks);
  command
      .add_option("--cache", options->cache,
                  "Cache of faces, filled by `portrait synth --landmarks`; faces that come while "
                  "the run goes on are taken in")
      ->required();
}

void add_train_matting(CLI::App& train, Action& action) {
  auto options = std::make_shared<MattingTrainingOptions>();
  auto& command = add_trainer(train, action, "matting",
                              "The network that cuts the person out of the photo", options,
                              train_matting);
  command
      .add_option("--cache", options->cache,
                  "Portrait cache, filled by `portrait synth --portraits`; its people of "
                  "--validation score the network")
      ->required();
  command.add_option("--small-share", options->small_share,
                     "First part of the run, at half the size and four times the speed")
      ->capture_default_str();
}

void add_train_vae(CLI::App& train, Action& action) {
  auto options = std::make_shared<VaeTrainingOptions>();
  auto& command = add_trainer(train, action, "vae",
                              "The autoencoder between pictures and latents", options, train_vae);
  command
      .add_option("--cache", options->cache,
                  "Portrait cache, filled by `portrait synth --portraits`")
      ->required();
  command.add_option("--views", options->views,
                     "View cache, filled by `portrait synth --views`: pieces of it too");
  command.add_option("--crop", options->crop, "Side of the pieces of photos, in pixels")
      ->capture_default_str();
  command.add_flag("--decoder-only", options->decoder_only,
                   "Leave encoder and latents as they are; with --from or --resume");
  auto& painted = *command.add_option("--painted", options->painted.pack,
                                      "Pack whose HPDM paints views that the decoder is to make "
                                      "pictures of too; with --views, --pairs and --decoder-only");
  auto& pairs = *command.add_option("--pairs", options->painted.pairs,
                                    "Pair cache of that pack, filled by `portrait train pairs`");
  command
      .add_option("--noise-left", options->painted.noise_left,
                  "Timestep whose noise is left in what is painted")
      ->check(CLI::Range(1, 200))
      ->capture_default_str();
  painted.needs(&pairs);
  command
      .add_option("--texture", options->weights.texture,
                  "Weight of fine texture, wherever it lies, against every pixel's place")
      ->capture_default_str();
}
#endif

}  // namespace

void add_train(CLI::App& app, Action& action) {
  auto& train = *app.add_subcommand("train", "Train a network of the compact pack");
  train.require_subcommand(1);
  add_train_prior(train, action);
  add_train_unet(train, action);
  add_train_hpdm(train, action);
  add_train_geometry(train, action);
  add_train_id(train, action);
  add_train_perceptual(train, action);
#ifndef PORTRAIT_TRAIN_ONLY
  add_train_latents(train, action);
  add_train_pairs(train, action);
  add_train_landmarks(train, action);
  add_train_vae(train, action);
  add_train_matting(train, action);
#endif
}

}  // namespace portrait::cli
