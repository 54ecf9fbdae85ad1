// SPDX-License-Identifier: Apache-2.0
#include "app/cli/command.h"
#include "core/training/subject_cache.h"
#ifndef PORTRAIT_TRAIN_ONLY
#include "core/training/heldout_drawing.h"
#include "core/training/identity_drawing.h"
#include "core/training/landmarks_cache.h"
#include "core/training/portrait_cache.h"
#include "core/training/portrait_set.h"
#include "core/training/view_cache.h"
#endif

#include <cstdio>
#include <memory>

namespace portrait::cli {
namespace {

void show(int done, int of) {
  if (done % 20 != 0 && done != of) return;
  std::printf("%d of %d subjects\n", done, of);
  std::fflush(stdout);
}

#ifndef PORTRAIT_TRAIN_ONLY
// What the command line says once for every cache.
template <class Cache>
void take_shared(const SubjectCacheOptions& from, bool held_out, Cache& to) {
  to.heads = from.heads;
  to.hair = from.hair;
  to.first = from.first;
  to.count = from.count;
  to.seed = from.seed;
  to.held_out = held_out;
}

void write_portraits(const PortraitSetOptions& options, std::stop_token stop) {
  const PortraitSetReport report = write_portrait_set(
      options,
      [](int done, int of) {
        if (done % 20 != 0 && done != of) return;
        std::printf("%d of %d portraits\n", done, of);
        std::fflush(stdout);
      },
      stop);
  std::printf("%d portraits of %d x %d in %.1f s, %.2f a second\n", report.portraits, options.size,
              options.size, report.seconds, report.portraits / report.seconds);
}
#endif

}  // namespace

void add_synth(CLI::App& app, Action& action) {
  auto options = std::make_shared<SubjectCacheOptions>();
  auto& command = *app.add_subcommand(
      "synth", "Draw synthetic subjects, with their truth, for the trainers and for evaluation");
  auto& target = *command.add_option_group("target", "Exactly one of");
  target.add_option("--cache", options->folder, "Folder of the subject cache to fill");
#ifndef PORTRAIT_TRAIN_ONLY
  auto heldout = std::make_shared<std::string>();
  auto faces = std::make_shared<LandmarkCacheOptions>();
  target.add_option("--heldout", *heldout, "Folder for the held-out set; its subjects are pinned");
  target.add_option("--landmarks", faces->folder, "Folder of the landmark network's faces to fill");
  auto people = std::make_shared<IdentityCacheOptions>();
  target.add_option("--identities", people->folder,
                    "Folder of aligned faces of each person on several days to fill, for the "
                    "networks that compare faces");
  auto portraits = std::make_shared<PortraitCacheOptions>();
  target.add_option("--portraits", portraits->folder,
                    "Folder of photos with mattes to fill, for the matting network and the VAE");
  auto views = std::make_shared<ViewCacheOptions>();
  target.add_option("--views", views->folder,
                    "Folder of subjects seen from all sides to fill, for the diffusion networks");
  auto held_out = std::make_shared<bool>(false);
  command.add_flag("--validation", *held_out,
                   "Faces, people, portraits and views: people that are never trained on and score "
                   "the networks");
  command.add_flag("!--only-photos", portraits->clean,
                   "--portraits: what evaluation needs, at half the size; not to train matting on");
  auto set = std::make_shared<PortraitSetOptions>();
  target.add_option("--out", set->folder,
                    "Folder for portraits: photos, mattes and transforms.json");
  command.add_option("--size", set->size, "--out: width and height in pixels")
      ->capture_default_str();
  command.add_option("--photos", set->photos_per_subject, "--out: photos of each subject")
      ->capture_default_str();
  command.add_flag("--geometry", set->geometry, "--out: depths and normals too");
  command.add_flag("!--clean", set->degrade, "--out: no noise, blur or compression");
  command.add_option("--sheet", set->sheet, "--out: one PNG with all of them, small");
#endif
  target.require_option(1);
  command.add_option("--heads", options->heads, "The head model, ict_facekit_light.safetensors")
      ->required();
  command.add_option("--hair", options->hair, "The hair meshes, hair_cc0.safetensors")->required();
  command.add_option("--first", options->first, "Number of the first subject")
      ->capture_default_str();
  command.add_option("--count", options->count, "Subjects of a cache, or portraits")
      ->capture_default_str();
  command.add_option("--seed", options->seed, "Where the random numbers start")
      ->capture_default_str();
#ifdef PORTRAIT_TRAIN_ONLY
  command.callback([options, &action] {
    action = [options](std::stop_token stop) { fill_subject_cache(*options, show, stop); };
  });
#else
  command.callback([options, heldout, faces, people, portraits, views, set, held_out, &action] {
    action = [options, heldout, faces, people, portraits, views, set,
              held_out](std::stop_token stop) {
      if (!heldout->empty()) {
        HeldoutOptions held_options;
        held_options.folder = *heldout;
        held_options.heads = options->heads;
        held_options.hair = options->hair;
        write_heldout(held_options, show, stop);
      } else if (!faces->folder.empty()) {
        take_shared(*options, *held_out, *faces);
        fill_landmark_cache(*faces, show, stop);
      } else if (!people->folder.empty()) {
        take_shared(*options, *held_out, *people);
        fill_identity_cache(*people, show, stop);
      } else if (!portraits->folder.empty()) {
        take_shared(*options, *held_out, *portraits);
        fill_portrait_cache(*portraits, show, stop);
      } else if (!views->folder.empty()) {
        take_shared(*options, *held_out, *views);
        fill_view_cache(*views, show, stop);
      } else if (!set->folder.empty()) {
        take_shared(*options, *held_out, *set);
        write_portraits(*set, stop);
      } else {
        fill_subject_cache(*options, show, stop);
      }
    };
  });
#endif
}

}  // namespace portrait::cli
