// SPDX-License-Identifier: Apache-2.0
#include "app/cli/command.h"
#include "core/base/error.h"
#include "core/training/install_weights.h"
#include "core/training/prior_trainer.h"
#ifndef PORTRAIT_TRAIN_ONLY
#include "core/training/landmarks_trainer.h"
#endif

#include <cstdio>
#include <memory>

namespace portrait::cli {
namespace {

void print_report(const TrainingReport& report) {
  std::printf("%7.2f min  step %6lld  samples %8lld ", report.minutes,
              static_cast<long long>(report.step), static_cast<long long>(report.samples_seen));
  for (const auto& [name, value] : report.values) std::printf(" %s %.4f", name.c_str(), value);
  std::printf("\n");
  std::fflush(stdout);
}

at::Device device_named(const std::string& name) {
  if (name == "cpu") return at::kCPU;
  check(name == "cuda", ErrorCode::kBadUsage, "There is no device \"{}\"; use cpu or cuda", name);
  check(at::hasCUDA(), ErrorCode::kUnsupported,
        "This LibTorch has no CUDA; use --device cpu or build against one that has");
  return at::kCUDA;
}

// What a run of any trainer is told.
template <class Options>
void add_run_options(CLI::App& command, Options& options, std::filesystem::path& pack) {
  command.add_option("--out", options.out, "Folder of checkpoint and weights")->required();
  command.add_option("--minutes", options.minutes, "Length of this run")->capture_default_str();
  command.add_option("--batch", options.batch)->capture_default_str();
  command.add_option("--learning-rate", options.learning_rate)->capture_default_str();
  command.add_option("--seed", options.seed)->capture_default_str();
  command.add_flag("--resume", options.resume, "Go on from OUT/checkpoint.safetensors");
  command.add_option("--pack", pack,
                     "Pack that takes the weights when the run ends; with --resume and --minutes 0 "
                     "nothing else is done");
}

void add_train_prior(CLI::App& train, Action& action) {
  auto options = std::make_shared<PriorTrainingOptions>();
  auto device = std::make_shared<std::string>("cpu");
  auto pack = std::make_shared<std::filesystem::path>();
  auto& command = *train.add_subcommand(
      "prior", "The network that makes the first head of a photo, with decoder and "
               "super-resolution");
  command.add_option("--cache", options->cache, "Subject cache, filled by `portrait synth --cache`")
      ->required();
  add_run_options(command, *options, *pack);
  command.add_option("--rendered-share", options->rendered_share,
                     "Last part of the run that trains on volume-rendered pieces")
      ->capture_default_str();
  command.add_option("--depth-slices", options->encoder.depth_slices,
                     "Depth slices per plane of the tri-grid")
      ->capture_default_str();
  command.add_option("--device", *device, "cpu or cuda")->capture_default_str();
  command.callback([options, device, pack, &action] {
    action = [options, device, pack](std::stop_token stop) {
      options->device = device_named(*device);
      train_prior(*options, print_report, stop);
      if (!pack->empty()) install_prior(options->out, *pack);
    };
  });
}

#ifndef PORTRAIT_TRAIN_ONLY
void add_train_landmarks(CLI::App& train, Action& action) {
  auto options = std::make_shared<LandmarkTrainingOptions>();
  auto pack = std::make_shared<std::filesystem::path>();
  auto& command =
      *train.add_subcommand("landmarks", "The network that finds the 68 points of a face");
  command
      .add_option("--cache", options->cache,
                  "Cache of faces, filled by `portrait synth --landmarks`; faces that come while "
                  "the run goes on are taken in")
      ->required();
  add_run_options(command, *options, *pack);
  command.callback([options, pack, &action] {
    action = [options, pack](std::stop_token stop) {
      train_landmarks(*options, print_report, stop);
      if (!pack->empty()) install_landmarks(options->out, *pack);
    };
  });
}
#endif

}  // namespace

void add_train(CLI::App& app, Action& action) {
  auto& train = *app.add_subcommand("train", "Train a network of the compact pack");
  train.require_subcommand(1);
  add_train_prior(train, action);
#ifndef PORTRAIT_TRAIN_ONLY
  add_train_landmarks(train, action);
#endif
}

}  // namespace portrait::cli
