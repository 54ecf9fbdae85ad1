// SPDX-License-Identifier: Apache-2.0
#include "core/nn/torch.h"

#include "core/training/landmarks_augment.h"

#include "core/base/image.h"
#include "core/base/thread_pool.h"
#include "core/image/filters.h"
#include "core/image/resample.h"
#include "core/photo/landmark_net.h"
#include "core/photo/landmarks68.h"
#include "core/training/landmarks_spoil.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <numbers>

namespace portrait {
namespace {

constexpr int kSize = LandmarkNet::kCropSize;

struct Cut {
  double shift_x = 0, shift_y = 0;  // of the crop's side
  double scale = 1;                 // of the crop's side; above 1 shows more
  double turn_rad = 0;
  bool mirrored = false;
};

Cut random_cut(RandomStream& random) {
  Cut cut;
  cut.shift_x = std::clamp(random.normal(0, 0.06), -0.16, 0.16);
  cut.shift_y = std::clamp(random.normal(0, 0.06), -0.16, 0.16);
  cut.scale = std::exp(std::clamp(random.normal(0, 0.12), -0.25, 0.3));
  cut.turn_rad = std::clamp(random.normal(0, 0.16), -0.45, 0.45);
  cut.mirrored = random.chance(0.5);
  return cut;
}

Affine2 cache_from_crop(const Cut& cut) {
  const double per_pixel = kLandmarkCachePx / kLandmarkCacheMargin / kSize;
  const double c = std::cos(cut.turn_rad) * cut.scale * per_pixel;
  const double s = std::sin(cut.turn_rad) * cut.scale * per_pixel;
  Affine2 a;
  a.leftCols<2>() << c, -s, s, c;
  if (cut.mirrored) a.col(0) = -a.col(0);
  const Eigen::Vector2d centre =
      Eigen::Vector2d::Constant(kLandmarkCachePx / 2.0) +
      kLandmarkCachePx / kLandmarkCacheMargin * Eigen::Vector2d(cut.shift_x, cut.shift_y);
  a.col(2) = centre - a.leftCols<2>() * Eigen::Vector2d::Constant(kSize / 2.0);
  return a;
}

Image sample(const std::uint8_t* cached, const Affine2& map) {
  Image out(kSize, kSize, 3);
  const int side = kLandmarkCachePx;
  for (int y = 0; y < kSize; ++y) {
    for (int x = 0; x < kSize; ++x) {
      const Eigen::Vector2d p = apply(map, {x + 0.5, y + 0.5});
      const double px = std::clamp(p.x() - 0.5, 0.0, side - 1.001);
      const double py = std::clamp(p.y() - 0.5, 0.0, side - 1.001);
      const int x0 = int(px);
      const int y0 = int(py);
      const auto tx = float(px - x0);
      const auto ty = float(py - y0);
      const std::uint8_t* a = cached + (std::size_t(y0) * side + x0) * 3;
      const std::uint8_t* b = a + std::size_t(side) * 3;
      float* q = out.at(x, y);
      for (int c = 0; c < 3; ++c) {
        const float top = a[c] + tx * (float(a[c + 3]) - a[c]);
        const float low = b[c] + tx * (float(b[c + 3]) - b[c]);
        q[c] = (top + ty * (low - top)) / 255.0F;
      }
    }
  }
  return out;
}

Image no_face(const LandmarkFaces& faces, RandomStream& random) {
  const int index = random.integer(0, faces.count() - 1);
  const std::uint8_t* cached = faces.crop(index);
  Cut cut = random_cut(random);
  const int kind = random.integer(0, 5);
  if (kind == 0) {  // a piece: skin, hair, cloth, background
    cut.scale = random.uniform(0.12, 0.35);
    const double angle = random.uniform(0, 2 * std::numbers::pi);
    cut.shift_x = 0.55 * std::cos(angle);
    cut.shift_y = 0.55 * std::sin(angle);
    cut.turn_rad = random.uniform(0, 2 * std::numbers::pi);
    return sample(cached, cache_from_crop(cut));
  }
  if (kind == 5) {  // the side of the head: an ear has lids and lips enough to be taken for a face
    const float* points = faces.points.data() + std::size_t(index) * kLandmarkCount * 2;
    const float* jaw = points + (random.chance(0.5) ? 0 : 2 * 16);  // its first or last point
    const double middle_x = points[2 * 30], middle_y = points[2 * 30 + 1];  // the nose's tip
    const double per_side = kLandmarkCacheMargin / kLandmarkCachePx;
    // Beyond the jaw's end, away from the face.
    cut.shift_x = ((jaw[0] - middle_x) * random.uniform(1.1, 1.5) + middle_x -
                   kLandmarkCachePx / 2.0) * per_side;
    cut.shift_y = ((jaw[1] - middle_y) * random.uniform(0.8, 1.3) + middle_y -
                   kLandmarkCachePx / 2.0) * per_side;
    cut.scale = random.uniform(0.25, 0.6);
    return sample(cached, cache_from_crop(cut));
  }
  if (kind == 1) {  // upside down, or on its side
    cut.turn_rad = std::numbers::pi * (random.chance(0.6) ? 1.0 : random.chance(0.5) ? 0.5 : 1.5) +
                   random.normal(0, 0.3);
    return sample(cached, cache_from_crop(cut));
  }
  if (kind == 2) {  // shuffled tiles
    const Image whole = sample(cached, cache_from_crop(cut));
    Image out(kSize, kSize, 3);
    const int tile = 1 << random.integer(4, 5);
    for (int ty = 0; ty < kSize; ty += tile) {
      for (int tx = 0; tx < kSize; tx += tile) {
        const int fx = random.integer(0, kSize / tile - 1) * tile;
        const int fy = random.integer(0, kSize / tile - 1) * tile;
        for (int y = 0; y < tile; ++y) {
          std::copy_n(whole.at(fx, fy + y), tile * 3, out.at(tx, ty + y));
        }
      }
    }
    return out;
  }
  if (kind == 3) {  // half a face at the border
    cut.shift_x = (random.chance(0.5) ? 1 : -1) * random.uniform(0.6, 0.9);
    cut.shift_y = random.uniform(-0.9, 0.9);
    cut.scale = random.uniform(0.5, 1.0);
    return sample(cached, cache_from_crop(cut));
  }
  // A pattern: a few waves of random colour.
  Image out(kSize, kSize, 3);
  for (int wave = 0; wave < 5; ++wave) {
    const double fx = random.normal(0, 0.25), fy = random.normal(0, 0.25);
    const double phase = random.uniform(0, 6.3);
    const std::array<double, 3> colour = {random.uniform(), random.uniform(), random.uniform()};
    for (int y = 0; y < kSize; ++y) {
      for (int x = 0; x < kSize; ++x) {
        const double v = 0.25 * (1 + std::sin(fx * x + fy * y + phase));
        for (int c = 0; c < 3; ++c) out.at(x, y)[c] += float(v * colour[c]);
      }
    }
  }
  return out;
}

struct Writer {
  Tensor crops;
  Tensor points;
  Tensor face;

  explicit Writer(int size)
      : crops(at::empty({size, 3, kSize, kSize})),
        points(at::zeros({size, kLandmarkCount, 2})),
        face(at::zeros({size})) {}

  void put(int i, const Image& image) {
    float* out = crops.data_ptr<float>() + std::size_t(i) * 3 * kSize * kSize;
    for (int c = 0; c < 3; ++c) {
      for (int k = 0; k < kSize * kSize; ++k) *out++ = image.pixels[std::size_t(k) * 3 + c];
    }
  }
  void put(int i, const LandmarkFaces& faces, int index, const Cut& cut) {
    const Affine2 crop_from_cache = invert(cache_from_crop(cut));
    float* out = points.data_ptr<float>() + std::size_t(i) * kLandmarkCount * 2;
    const float* in = faces.points.data() + std::size_t(index) * kLandmarkCount * 2;
    for (int k = 0; k < kLandmarkCount; ++k) {
      const int from = cut.mirrored ? mirrored_landmark_index()[k] : k;
      const Eigen::Vector2d p = apply(crop_from_cache, {in[2 * from], in[2 * from + 1]});
      out[2 * k] = float(p.x() / kSize);
      out[2 * k + 1] = float(p.y() / kSize);
    }
    face.data_ptr<float>()[i] = 1;
  }
};

}  // namespace

LandmarkBatch draw_landmark_batch(const LandmarkFaces& faces, int size, double negatives,
                                  const RandomKey& key) {
  Writer writer(size);
  std::vector<float> yaw(std::size_t(size), 0.0F);
  parallel_for(size, 4, [&](std::int64_t begin, std::int64_t end) {
    for (std::int64_t i = begin; i < end; ++i) {
      RandomKey own = key;
      own.view = std::uint32_t(i);
      RandomStream random(own);
      const int index = random.integer(0, faces.count() - 1);
      const std::uint8_t* other = faces.crop(random.integer(0, faces.count() - 1));
      Image image;
      if (random.chance(negatives)) {
        image = no_face(faces, random);
      } else {
        const Cut cut = random_cut(random);
        image = sample(faces.crop(index), cache_from_crop(cut));
        writer.put(int(i), faces, index, cut);
        yaw[std::size_t(i)] = faces.yaw_deg[std::size_t(index)];
      }
      spoil_crop(image, other, random);
      writer.put(int(i), image);
    }
  });
  return {writer.crops, writer.points, writer.face, std::move(yaw)};
}

LandmarkBatch plain_landmark_batch(const LandmarkFaces& faces, int first, int size,
                                   const RandomKey& key) {
  Writer writer(size);
  std::vector<float> yaw;
  for (int i = 0; i < size; ++i) {
    RandomKey own = key;
    own.view = std::uint32_t(first + i);
    RandomStream random(own);
    Cut cut;
    cut.shift_x = random.normal(0, 0.03);
    cut.shift_y = random.normal(0, 0.03);
    cut.scale = std::exp(random.normal(0, 0.06));
    cut.turn_rad = random.normal(0, 0.06);
    writer.put(i, faces, first + i, cut);
    writer.put(i, sample(faces.crop(first + i), cache_from_crop(cut)));
    yaw.push_back(faces.yaw_deg[std::size_t(first + i)]);
  }
  return {writer.crops, writer.points, writer.face, std::move(yaw)};
}

}  // namespace portrait
