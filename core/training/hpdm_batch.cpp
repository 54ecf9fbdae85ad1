// SPDX-License-Identifier: Apache-2.0
#include "core/nn/torch.h"

#include "core/training/hpdm_batch.h"

#include "core/base/error.h"
#include "core/diffusion/conditioner.h"
#include "core/nn/random_tensor.h"

#include <algorithm>

namespace portrait {
namespace {

constexpr int kViews = 13;
constexpr double kOfField = 0.5;   // driven by the head's depth
constexpr double kRough = 0.5;     // of those, by its render
constexpr double kSpoilt = 0.6;    // of the others, by a spoilt depth
constexpr double kTrueNormals = 0.25;

}  // namespace

HpdmBatch HpdmBatch::to(at::Device device) const {
  HpdmBatch there = *this;
  there.base = base.to(device);
  for (Tensor* map :
       {&there.render, &there.from_render, &there.view.projected, &there.view.known,
        &there.view.driving, &there.view.normals, &there.view.coarse}) {
    *map = map->to(device);
  }
  for (const auto& [reduction, of_links] : entries) {
    there.view.matrices[reduction] = of_links.on(device);
  }
  return there;
}

Tensor HpdmBatch::start() const { return base.clean + from_render * (render - base.clean); }

PairChoice draw_pair_kind(RandomStream& random) {
  PairChoice choice;
  if (random.chance(kOfField)) {
    choice.kind = random.chance(kRough) ? PairKind::kRough : PairKind::kField;
  } else {
    choice.kind = random.chance(kSpoilt) ? PairKind::kSpoilt : PairKind::kExact;
  }
  choice.true_normals = random.chance(kTrueNormals);
  return choice;
}

PairChoice draw_pair(const std::vector<PairFile>& files, bool large, double from_render,
                     RandomStream& random) {
  std::vector<int> fit;
  for (std::size_t i = 0; i < files.size(); ++i) {
    if (!large || files[i].has_large()) fit.push_back(static_cast<int>(i));
  }
  check(!fit.empty(), ErrorCode::kNotFound, "No pairs have {} latents; make some with "
        "`portrait train pairs{}`", large ? "large" : "small", large ? " --large" : "");
  const int file = fit[std::size_t(random.integer(0, static_cast<int>(fit.size()) - 1))];
  const int view = random.integer(0, kViews - 1);
  PairChoice choice = draw_pair_kind(random);
  choice.file = file;
  choice.view = view;
  choice.from_render = random.chance(from_render);
  return choice;
}

HpdmBatch gather_pairs(const std::vector<PairFile>& files, const std::vector<PairChoice>& choices,
                       const PairLayout& layout, const RandomKey& key) {
  std::vector<Tensor> truth, render, from_render, photo, projected, known, driving, normals, coarse;
  HpdmBatch batch;
  std::vector<Viewpoint> viewpoints;
  for (const PairChoice& choice : choices) {
    const PairFile& file = files.at(std::size_t(choice.file));
    truth.push_back(file.truth(choice.view, layout.large));
    render.push_back(file.render(choice.view, layout.large));
    from_render.push_back(at::full({1, 1, 1, 1}, choice.from_render ? 1.0 : 0.0));
    photo.push_back(file.photo(false));
    viewpoints.push_back(viewpoint_of(file.camera(choice.view)));
    HpdmView one =
        file.view(choice.view, choice.kind, choice.true_normals, layout.large, layout.sizes);
    projected.push_back(one.projected);
    known.push_back(one.known);
    driving.push_back(one.driving);
    normals.push_back(one.normals);
    coarse.push_back(one.coarse);
    batch.view.links.push_back(std::move(one.links.front()));
  }
  batch.base.clean = at::cat(truth);
  batch.base.identity = at::cat(photo);
  batch.base.noise = normal_tensor(key, batch.base.clean.sizes());
  batch.base.angles = view_angles(viewpoints);
  batch.base.kept = at::ones({batch.base.clean.size(0), 1, 1});
  batch.render = at::cat(render);
  batch.from_render = at::cat(from_render);
  batch.view.projected = at::cat(projected);
  batch.view.known = at::cat(known);
  batch.view.driving = at::cat(driving);
  batch.view.normals = at::cat(normals);
  batch.view.coarse = at::cat(coarse);
  if (layout.entries) batch.entries = link_entries(batch.view.links);
  return batch;
}

HpdmBatch draw_hpdm_batch(const std::vector<PairFile>& files, const HpdmDraw& draw,
                          const PairLayout& layout, const RandomKey& key) {
  RandomStream random(key);
  std::vector<PairChoice> choices;
  std::vector<std::int64_t> steps;
  std::vector<float> kept;
  for (int i = 0; i < draw.count; ++i) {
    choices.push_back(draw_pair(files, layout.large, draw.from_render, random));
    steps.push_back(draw_timestep(random, kPaintingSteps));
    kept.push_back(random.chance(draw.dropped) ? 0.0F : 1.0F);
  }
  RandomKey of_noise = key;
  of_noise.purpose ^= random_purpose("hpdm noise");
  HpdmBatch batch = gather_pairs(files, choices, layout, of_noise);
  batch.base.t = at::tensor(steps, at::kLong);
  batch.base.kept = at::tensor(kept).view({draw.count, 1, 1});
  return batch;
}

}  // namespace portrait
