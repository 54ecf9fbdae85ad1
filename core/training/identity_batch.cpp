// SPDX-License-Identifier: Apache-2.0
#include "core/nn/torch.h"

#include "core/training/identity_batch.h"

#include "core/base/error.h"
#include "core/base/thread_pool.h"
#include "core/training/spoil_face.h"

#include <algorithm>
#include <cmath>
#include <numeric>
#include <vector>

namespace portrait {
namespace {

// [3, 144, 144] f32 in [0, 1].
Tensor cached_face(const IdentityFaces& faces, int index) {
  const std::int64_t side = kIdentityCachePx;
  const Tensor bytes = at::from_blob(const_cast<std::uint8_t*>(faces.face(index)), {side, side, 3},
                                     at::TensorOptions(at::kByte));
  return bytes.permute({2, 0, 1}).to(at::kFloat).contiguous() / 255;
}

// `count` different numbers of [0, of), in random order.
std::vector<int> draw_some(int count, int of, RandomStream& random) {
  std::vector<int> all(std::size_t(of), 0);
  std::iota(all.begin(), all.end(), 0);
  for (int i = 0; i < count; ++i) {
    std::swap(all[std::size_t(i)], all[std::size_t(random.integer(i, of - 1))]);
  }
  all.resize(std::size_t(count));
  return all;
}

// Cut where somewhat wrong landmarks would have it cut.
Tensor cut_face(const Tensor& cached, RandomStream& random) {
  const double scale = std::exp(std::clamp(random.normal(0, 0.05), -0.12, 0.12));
  const double turn = std::clamp(random.normal(0, 0.05), -0.15, 0.15);
  const auto shift = [&] { return std::clamp(random.normal(0, 2.0), -6.0, 6.0); };
  const double half = kIdentityFacePx / double(kIdentityCachePx) * scale;
  const double c = half * std::cos(turn), s = half * std::sin(turn);
  const double x = 2 * shift() / kIdentityCachePx, y = 2 * shift() / kIdentityCachePx;
  const double flip = random.chance(0.5) ? -1 : 1;
  const Tensor theta =
      at::tensor({float(flip * c), float(-s), float(x), float(flip * s), float(c), float(y)})
          .view({1, 2, 3});
  const Tensor grid =
      at::affine_grid_generator(theta, {1, 3, kIdentityFacePx, kIdentityFacePx}, false);
  constexpr int kBilinear = 0, kBorder = 1;
  return at::grid_sampler_2d(cached.unsqueeze(0), grid, kBilinear, kBorder, false).squeeze(0);
}

}  // namespace

IdentityBatch draw_identity_batch(const IdentityFaces& faces, int people, int photos,
                                  const RandomKey& key) {
  check(faces.people() >= people, ErrorCode::kBadInput,
        "The cache has {} people; a batch is to have {}: draw more, or use a smaller --batch",
        faces.people(), people);
  RandomStream random(key);
  std::vector<int> chosen;
  std::vector<std::int64_t> person;
  for (const int who : draw_some(people, faces.people(), random)) {
    const int first = faces.first[std::size_t(who)];
    const int count = faces.first[std::size_t(who) + 1] - first;
    check(count >= photos, ErrorCode::kBadInput,
          "A person of the cache has {} photos; {} are needed of each", count, photos);
    for (const int photo : draw_some(photos, count, random)) {
      chosen.push_back(first + photo);
      person.push_back(who);
    }
  }
  const auto size = std::int64_t(chosen.size());
  std::vector<Tensor> pictures(chosen.size());
  parallel_for(size, 4, [&](std::int64_t begin, std::int64_t end) {
    const at::NoGradGuard no_grad;
    for (std::int64_t i = begin; i < end; ++i) {
      RandomKey own = key;
      own.view = std::uint32_t(i) + 1;
      RandomStream each(own);
      const Tensor cached = cached_face(faces, chosen[std::size_t(i)]);
      pictures[std::size_t(i)] = spoilt_face(cut_face(cached, each), each);
    }
  });
  return {at::stack(pictures), at::tensor(person, at::kLong)};
}

Tensor plain_face(const IdentityFaces& faces, int index) {
  const int end = kIdentityMarginPx + kIdentityFacePx;
  return cached_face(faces, index)
      .slice(1, kIdentityMarginPx, end)
      .slice(2, kIdentityMarginPx, end)
      .contiguous();
}

Tensor plain_faces(const IdentityFaces& faces, int first, int size) {
  std::vector<Tensor> all;
  for (int i = first; i < first + size; ++i) all.push_back(plain_face(faces, i));
  return at::stack(all);
}

}  // namespace portrait
