// SPDX-License-Identifier: Apache-2.0
#include "core/training/unet_batch.h"

#include "core/base/error.h"
#include "core/diffusion/conditioner.h"

#include <algorithm>

namespace portrait {
namespace {

constexpr int kFirstStep = 20, kLastStep = 980;
constexpr double kLeastWeight = 0.25;

class Batch {
 public:
  Batch(const LatentSet& set, LatentSize size) : set_(set), size_(size) {
    check(set.people() > 0, ErrorCode::kNotFound, "There are no latents to draw from");
  }

  void add(int person, int view, int photo) {
    clean_.push_back(set_.view(person, view, size_));
    identity_.push_back(set_.identity(person, photo));
    views_.push_back(set_.viewpoint(person, view));
  }

  UnetBatch finish(RandomStream& random) const {
    UnetBatch batch;
    batch.clean = at::stack(clean_);
    batch.noise = at::empty(batch.clean.sizes());
    random.fill_normal({batch.noise.data_ptr<float>(), std::size_t(batch.noise.numel())});
    batch.angles = view_angles(views_);
    batch.identity = at::stack(identity_);
    batch.kept = at::ones({batch.clean.size(0), 1, 1});
    return batch;
  }

 private:
  const LatentSet& set_;
  LatentSize size_;
  std::vector<Tensor> clean_, identity_;
  std::vector<Viewpoint> views_;
};

}  // namespace

UnetBatch UnetBatch::to(at::Device device) const {
  return {clean.to(device),    noise.to(device), t, angles.to(device),
          identity.to(device), kept.to(device)};
}

int draw_timestep(RandomStream& random, const TimestepFocus& focus) {
  return random.chance(focus.share) ? random.integer(focus.first, focus.last)
                                    : random.integer(kFirstStep, kLastStep);
}

UnetBatch draw_unet_batch(const LatentSet& set, int count, LatentSize size, double dropped,
                          const RandomKey& key) {
  RandomStream random(key);
  Batch drawn(set, size);
  const std::vector<int>& large = set.large_people();
  check(size == LatentSize::kSmall || !large.empty(), ErrorCode::kNotFound,
        "There are no large latents to draw from; use --large-share 0 or encode some");
  std::vector<std::int64_t> steps;
  std::vector<float> kept;
  for (int i = 0; i < count; ++i) {
    const int person = size == LatentSize::kSmall
                           ? random.integer(0, set.people() - 1)
                           : large[std::size_t(random.integer(0, int(large.size()) - 1))];
    const int view = random.integer(0, set.views() - 1);
    const int photo = random.integer(0, set.identities() - 1);
    drawn.add(person, view, photo);
    steps.push_back(draw_timestep(random));
    kept.push_back(random.chance(dropped) ? 0.0F : 1.0F);
  }
  UnetBatch batch = drawn.finish(random);
  batch.t = at::tensor(steps, at::kLong);
  batch.kept = at::tensor(kept).view({count, 1, 1});
  return batch;
}

UnetBatch fixed_unet_batch(const LatentSet& set, int people, LatentSize size) {
  constexpr int kStride = 5;  // people next to each other are seen from different sides
  Batch drawn(set, size);
  for (int i = 0; i < std::min(people, set.people()); ++i) {
    drawn.add(i, i * kStride % set.views(), i % set.identities());
  }
  RandomStream random({1, random_purpose("unet validation"), 0, 0});
  return drawn.finish(random);
}

double velocity_weight(double alpha_bar, double cap) {
  const double snr = alpha_bar / (1 - alpha_bar);
  return std::max(std::min(snr, cap) / (snr + 1), kLeastWeight);
}

Tensor alpha_bars(const NoiseSchedule& schedule, const Tensor& t) {
  std::vector<float> bars;
  for (std::int64_t i = 0; i < t.size(0); ++i) {
    bars.push_back(float(schedule.alpha_bar(t[i].item<int>())));
  }
  return at::tensor(bars);
}

Tensor step_weights(const NoiseSchedule& schedule, const Tensor& t) {
  const bool noise = schedule.config().prediction_type == Prediction::kEpsilon;
  std::vector<float> numbers;
  for (std::int64_t i = 0; i < t.size(0); ++i) {
    const double bar = schedule.alpha_bar(t[i].item<int>());
    numbers.push_back(float(velocity_weight(bar) * (noise ? 1 / bar : 1)));
  }
  return at::tensor(numbers);
}

}  // namespace portrait
