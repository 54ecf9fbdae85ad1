// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/base/random.h"
#include "core/nn/torch.h"
#include "core/training/identity_cache.h"

#include <array>
#include <cstdint>
#include <functional>
#include <vector>

namespace portrait {

// Ways to change a picture of a face, each by a strength from 0 (hardly seen) to 1 (plain to see).
// The scales are ours, by eye: what moves or relights the whole face, which costs pixels the most,
// counts for less than what makes it another face or takes its detail.
enum class Degradation : std::uint8_t {
  kBlur,      // Gaussian, deviation of 0.5 to 5 pixels
  kCoarse,    // a resolution 1.3 to 8 times lower
  kNoise,     // of every pixel, deviation of 0.01 to 0.25
  kColour,    // gains of the channels apart by a factor of e^0.04 to e^0.8
  kExposure,  // all of them, by e^0.05 to e^1 up or down
  kShift,     // 0.5 to 10 pixels to a side
  kWarp,      // smooth, by up to 0.4 to 5 pixels
  kPerson,    // another person's face shines through, 0.08 to 1
};
inline constexpr int kDegradations = 8;

// picture, other (another face, for kPerson): [3, H, W] f32 in [0, 1] on the CPU. The pattern and
// direction are a function of the stream: two that begin alike differ in strength alone.
Tensor degraded(const Tensor& picture, Degradation kind, double strength, const Tensor& other,
                RandomStream random);

// How the two pictures of a triplet are made.
enum class Comparison : std::uint8_t {
  kStrength,  // one degradation, stronger by at least 0.1
  kKinds,     // two kinds, the one stronger by at least 0.25
  kAdded,     // a degradation, and the same with another one on top
};
inline constexpr int kComparisons = 3;

struct PerceptualTriplets {
  Tensor reference;  // [B, 3, 112, 112] f32 in [0, 1]
  Tensor nearer;     // [B, 3, 112, 112]
  Tensor farther;    // [B, 3, 112, 112]
  std::vector<Comparison> comparison;
};

// Faces at random with a nearer and a farther version of each (a two-alternative forced choice
// whose answer is known because the pictures are made so; between kinds the scales above say it).
// The same key draws the same. Throws kBadInput (fewer than two people).
PerceptualTriplets draw_triplets(const IdentityFaces& faces, int size, const RandomKey& key);

// Of [B, 3, H, W] twice -> [B], more = less alike.
using PictureDistance = std::function<Tensor(const Tensor& reference, const Tensor& picture)>;

// Shares of triplets whose nearer picture has the smaller distance; equal ones count half.
struct ForcedChoiceScore {
  double all = 0;
  std::array<double, kComparisons> of{};  // by Comparison
};

// The same `count` triplets of these faces whatever the distance.
ForcedChoiceScore score_forced_choice(const PictureDistance& distance, const IdentityFaces& faces,
                                      int count);

}  // namespace portrait
