// SPDX-License-Identifier: Apache-2.0
#include "core/nn/torch.h"

#include "core/training/perceptual_triplets.h"

#include "core/base/error.h"
#include "core/base/thread_pool.h"
#include "core/nn/blur.h"
#include "core/training/identity_batch.h"
#include "core/training/spoil_face.h"

#include <algorithm>
#include <cmath>
#include <numbers>

namespace portrait {
namespace {

constexpr double kLeastStep = 0.1;  // between strengths of one kind
constexpr double kLeastStepOfKinds = 0.25;

// From low to high, each step of strength by the same factor.
double between(double low, double high, double strength) {
  return low * std::pow(high / low, strength);
}

Tensor drawn_normal(at::IntArrayRef shape, RandomStream& random) {
  Tensor numbers = at::empty(shape);
  random.fill_normal({numbers.data_ptr<float>(), std::size_t(numbers.numel())});
  return numbers;
}

// offsets: [1, H, W, 2], x then y, pixels.
Tensor moved(const Tensor& picture, const Tensor& offsets) {
  const std::int64_t height = picture.size(1), width = picture.size(2);
  const Tensor theta = at::tensor({1.0F, 0.0F, 0.0F, 0.0F, 1.0F, 0.0F}).view({1, 2, 3});
  const Tensor grid = at::affine_grid_generator(theta, {1, 3, height, width}, false);
  const Tensor scale = at::tensor({2.0F / float(width), 2.0F / float(height)});
  constexpr int kBilinear = 0, kBorder = 1;
  return at::grid_sampler_2d(picture.unsqueeze(0), grid + offsets * scale, kBilinear, kBorder,
                             false)
      .squeeze(0);
}

Tensor shifted(const Tensor& picture, double pixels, RandomStream& random) {
  const double angle = random.uniform(0, 2 * std::numbers::pi);
  const Tensor offset =
      at::tensor({float(pixels * std::cos(angle)), float(pixels * std::sin(angle))});
  return moved(picture, offset.view({1, 1, 1, 2}));
}

Tensor warped(const Tensor& picture, double pixels, RandomStream& random) {
  const Tensor coarse = drawn_normal({1, 2, 5, 5}, random);
  const Tensor field = at::upsample_bicubic2d(coarse, {picture.size(1), picture.size(2)}, false);
  const Tensor most = field.square().sum(1).max().sqrt();
  return moved(picture, (field * (pixels / most)).permute({0, 2, 3, 1}));
}

Tensor recoloured(const Tensor& picture, double amount, RandomStream& random) {
  Tensor direction = drawn_normal({3}, random);
  direction = direction - direction.mean();  // without exposure
  direction = direction / (direction.max() - direction.min()).clamp_min(1e-3);
  return picture * at::exp(direction * amount).view({3, 1, 1});
}

struct Face {
  Tensor picture, other;
  RandomStream random;
};

double strength_at_least(double low, RandomStream& random) {
  return random.uniform(low, 1);
}

Degradation draw_kind(RandomStream& random) {
  return Degradation(random.integer(0, kDegradations - 1));
}

struct Pair {
  Tensor nearer, farther;
};

Pair draw_pair(Comparison comparison, Face& face) {
  RandomStream& random = face.random;
  const double strength =
      random.uniform(0, 1 - (comparison == Comparison::kKinds ? kLeastStepOfKinds : kLeastStep));
  const Degradation kind = draw_kind(random);
  // Streams of their own: what a degradation draws does not move what is drawn behind it.
  const auto stream = [&] {
    return RandomStream({random.next_u32(), random_purpose("degradation"), random.next_u32(), 0});
  };
  const RandomStream pattern = stream();
  Pair pair;
  pair.nearer = degraded(face.picture, kind, strength, face.other, pattern);
  if (comparison == Comparison::kStrength) {
    const double more = strength_at_least(strength + kLeastStep, random);
    const RandomStream again = random.chance(0.5) ? pattern : stream();
    pair.farther = degraded(face.picture, kind, more, face.other, again);
    return pair;
  }
  const int step = random.integer(1, kDegradations - 1);
  const auto second = Degradation((int(kind) + step) % kDegradations);
  if (comparison == Comparison::kKinds) {
    const double more = strength_at_least(strength + kLeastStepOfKinds, random);
    pair.farther = degraded(face.picture, second, more, face.other, stream());
  } else {
    pair.farther =
        degraded(pair.nearer, second, strength_at_least(strength, random), face.other, stream());
  }
  return pair;
}

int draw_other(const IdentityFaces& faces, int index, RandomStream& random) {
  const int who = faces.person[std::size_t(index)];
  const int first = faces.first[std::size_t(who)];
  const int own = faces.first[std::size_t(who) + 1] - first;
  const int other = random.integer(0, faces.count() - own - 1);
  return other < first ? other : other + own;
}

}  // namespace

Tensor degraded(const Tensor& picture, Degradation kind, double strength, const Tensor& other,
                RandomStream random) {
  switch (kind) {
    case Degradation::kBlur:
      return blurred(picture, between(0.5, 5, strength));
    case Degradation::kCoarse:
      return coarsened(picture, between(1.3, 8, strength));
    case Degradation::kNoise:
      return (picture + between(0.01, 0.25, strength) * drawn_normal(picture.sizes(), random))
          .clamp(0, 1);
    case Degradation::kColour:
      return recoloured(picture, between(0.04, 0.8, strength), random).clamp(0, 1);
    case Degradation::kExposure: {
      const double sign = random.chance(0.5) ? 1 : -1;
      return (picture * std::exp(sign * between(0.05, 1, strength))).clamp(0, 1);
    }
    case Degradation::kShift:
      return shifted(picture, between(0.5, 10, strength), random);
    case Degradation::kWarp:
      return warped(picture, between(0.4, 5, strength), random);
    case Degradation::kPerson:
      return picture + between(0.08, 1, strength) * (other - picture);
  }
  fail(ErrorCode::kInternal, "There is no degradation {}", int(kind));
}

PerceptualTriplets draw_triplets(const IdentityFaces& faces, int size, const RandomKey& key) {
  check(faces.people() >= 2, ErrorCode::kBadInput,
        "{} people are too few to compare faces of; two are needed", faces.people());
  std::vector<Tensor> reference, nearer, farther;
  PerceptualTriplets triplets;
  for (auto* list : {&reference, &nearer, &farther}) list->resize(std::size_t(size));
  triplets.comparison.resize(std::size_t(size));
  parallel_for(size, 4, [&](std::int64_t begin, std::int64_t end) {
    const at::NoGradGuard no_grad;
    for (std::int64_t i = begin; i < end; ++i) {
      RandomKey own = key;
      own.view = std::uint32_t(i);
      RandomStream random(own);
      const int index = random.integer(0, faces.count() - 1);
      const int other = draw_other(faces, index, random);
      Face face{plain_face(faces, index), plain_face(faces, other), random};
      const auto comparison = Comparison(i % kComparisons);
      const Pair pair = draw_pair(comparison, face);
      const auto at = std::size_t(i);
      reference[at] = face.picture;
      nearer[at] = pair.nearer;
      farther[at] = pair.farther;
      triplets.comparison[at] = comparison;
    }
  });
  triplets.reference = at::stack(reference);
  triplets.nearer = at::stack(nearer);
  triplets.farther = at::stack(farther);
  return triplets;
}

ForcedChoiceScore score_forced_choice(const PictureDistance& distance, const IdentityFaces& faces,
                                      int count) {
  const at::NoGradGuard no_grad;
  constexpr int kBatch = 30;
  std::array<double, kComparisons> right{}, asked{};
  for (int first = 0; first < count; first += kBatch) {
    const PerceptualTriplets triplets =
        draw_triplets(faces, std::min(kBatch, count - first),
                      {11, random_purpose("forced choice"), std::uint32_t(first), 0});
    const auto of = [&](const Tensor& picture) {
      return distance(triplets.reference, picture).to(at::kCPU, at::kDouble).contiguous();
    };
    const Tensor near = of(triplets.nearer), far = of(triplets.farther);
    for (std::size_t i = 0; i < triplets.comparison.size(); ++i) {
      const double lead = far.data_ptr<double>()[i] - near.data_ptr<double>()[i];
      const auto group = std::size_t(triplets.comparison[i]);
      right[group] += lead > 0 ? 1 : lead < 0 ? 0 : 0.5;
      asked[group] += 1;
    }
  }
  ForcedChoiceScore score;
  double all = 0, sum = 0;
  for (std::size_t i = 0; i < right.size(); ++i) {
    score.of[i] = asked[i] > 0 ? right[i] / asked[i] : 0;
    all += asked[i];
    sum += right[i];
  }
  score.all = all > 0 ? sum / all : 0;
  return score;
}

}  // namespace portrait
