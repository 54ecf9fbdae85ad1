// SPDX-License-Identifier: Apache-2.0
#include "core/nn/torch.h"

#include "core/training/matting_augment.h"

#include "core/base/error.h"
#include "core/base/thread_pool.h"
#include "core/image/filters.h"
#include "core/image/resample.h"
#include "core/photo/align.h"
#include "core/photo/matte_net.h"
#include "core/photo/person_shape.h"
#include "core/training/matting_spoil.h"
#include "core/training/matting_wear.h"

#include <algorithm>
#include <array>
#include <cmath>

namespace portrait {
namespace {

constexpr int kSize = MatteNet::kSize;

// Where a person of a photo comes to lie in the picture that the network sees.
struct Place {
  Affine2 photo_from_crop;
  bool mirrored = false;
};

Place place(const Alignment& alignment, double shift, double log_scale, double turn_rad,
            RandomStream& random) {
  const double scale = std::exp(std::clamp(random.normal(0, log_scale), -0.4, 0.4));
  const double turn = random.normal(0, turn_rad);
  Place out;
  out.mirrored = random.chance(0.5);
  const double c = scale * std::cos(turn), s = scale * std::sin(turn);
  Affine2 moved;  // canonical crop from the picture
  moved << c, -s, 0, s, c, 0;
  if (out.mirrored) moved.col(0) = -moved.col(0);
  const Eigen::Vector2d middle = Eigen::Vector2d::Constant(kSize / 2.0);
  moved.col(2) = middle - moved.leftCols<2>() * middle +
                 kSize * Eigen::Vector2d(random.normal(0, shift), random.normal(0, shift));
  out.photo_from_crop = compose(alignment.photo_from_crop, moved);
  return out;
}

Image seen_from(const Image& person, const Place& where) {
  WarpOptions warp;
  warp.cubic = false;
  warp.replicate_border = false;
  return warp_affine(person, where.photo_from_crop, kSize, kSize, warp);
}

// The photo's borders in its own pixels. Where the person does not reach a border the photo may as
// well go on; elsewhere, and at times there too, it ends.
struct Frame {
  double left, top, right, bottom;
};

Frame draw_frame(const Image& person, RandomStream& random) {
  const int last = person.width - 1;
  std::array<bool, 4> touches{};
  for (int i = 0; i <= last; ++i) {
    touches[0] = touches[0] || person.at(0, i)[3] > 0.02F;
    touches[1] = touches[1] || person.at(i, 0)[3] > 0.02F;
    touches[2] = touches[2] || person.at(last, i)[3] > 0.02F;
    touches[3] = touches[3] || person.at(i, last)[3] > 0.02F;
  }
  const auto reach = [&](bool touched) {
    const double inwards = random.uniform(0, 0.2) * person.width;
    if (random.chance(0.12)) return -inwards;
    return touched || random.chance(0.2) ? 0.0 : 8.0 * person.width;
  };
  Frame frame{};
  frame.left = -reach(touches[0]);
  frame.top = -reach(touches[1]);
  frame.right = person.width + reach(touches[2]);
  frame.bottom = person.height + reach(touches[3]);
  return frame;
}

// How much of each pixel the photo covers; what it does not cover repeats the photo's border.
Image cut_at_frame(const Frame& frame, const Affine2& photo_from_crop, Image& picture) {
  Image coverage(kSize, kSize, 1);
  const Affine2 crop_from_photo = invert(photo_from_crop);
  const double per_pixel = scale_of(photo_from_crop);
  const Image whole = picture;
  for (int y = 0; y < kSize; ++y) {
    for (int x = 0; x < kSize; ++x) {
      const Eigen::Vector2d p = apply(photo_from_crop, {x + 0.5, y + 0.5});
      const double inside = std::min({p.x() - frame.left, frame.right - p.x(), p.y() - frame.top,
                                      frame.bottom - p.y()}) / per_pixel;
      *coverage.at(x, y) = float(std::clamp(inside + 0.5, 0.0, 1.0));
      if (inside >= 0) continue;
      const double half = per_pixel / 2;
      const Eigen::Vector2d nearest(
          std::clamp(p.x(), frame.left + half, std::max(frame.left + half, frame.right - half)),
          std::clamp(p.y(), frame.top + half, std::max(frame.top + half, frame.bottom - half)));
      const Eigen::Vector2d q = apply(crop_from_photo, nearest);
      std::copy_n(whole.at(std::clamp(int(q.x()), 0, kSize - 1),
                           std::clamp(int(q.y()), 0, kSize - 1)), 3, picture.at(x, y));
    }
  }
  return coverage;
}

void put_over(const Image& premultiplied, Image& picture) {
  for (std::size_t i = 0; i < premultiplied.pixels.size() / 4; ++i) {
    const float a = premultiplied.pixels[4 * i + 3];
    for (std::size_t c = 0; c < 3; ++c) {
      float& to = picture.pixels[3 * i + c];
      to = std::min(1.0F, premultiplied.pixels[4 * i + c] + (1 - a) * to);
    }
  }
}

Image background_for(const MattingPeople& people, const Image& person, RandomStream& random) {
  Image picture = draw_matting_background(random, kSize);
  if (random.chance(0.25)) tint_like(person, picture, random);
  for (int others = random.chance(0.2) ? random.integer(1, 3) : 0; others > 0; --others) {
    const int index = random.integer(0, people.count() - 1);
    const Image other = people.person(index);
    Place there = place(align_head(people.cameras[std::size_t(index)], people.size, people.size,
                                   kSize), 0.05, 0.3, 0.05, random);
    // Beside the person, smaller or larger.
    Affine2 aside;
    const double scale = random.uniform(0.9, 2.6);
    const double side = (random.chance(0.5) ? 1 : -1) * random.uniform(0.35, 0.75);
    aside << scale, 0, kSize * (0.5 - scale * (0.5 + side)), 0, scale,
        kSize * (0.5 - scale * random.uniform(0.35, 0.65));
    there.photo_from_crop = compose(there.photo_from_crop, aside);
    put_over(seen_from(other, there), picture);
    if (random.chance(0.7)) picture = gaussian_blur(picture, random.uniform(0.5, 5));
  }
  return picture;
}

struct Sample {
  Image picture, coverage, shape, alpha;
};

Image mirrored_shape(const Image& shape) {
  Image out = shape;
  for (int y = 0; y < shape.height; ++y) {
    std::reverse(out.at(0, y), out.at(0, y) + shape.width);
  }
  return out;
}

Sample draw_sample(const MattingPeople& people, RandomStream& random) {
  const int index = random.integer(0, people.count() - 1);
  const Image person = people.person(index);
  const Alignment alignment =
      align_head(people.cameras[std::size_t(index)], people.size, people.size, kSize);
  const Place where = place(alignment, 0.04, 0.12, 0.08, random);
  Sample sample;
  const Camera& camera = alignment.crop_camera;
  sample.shape = person_shape(camera, kSize);
  if (where.mirrored) sample.shape = mirrored_shape(sample.shape);
  Image seen = seen_from(person, where);
  if (random.chance(0.25)) add_hair(camera, seen, random);
  if (random.chance(0.35)) add_shoulders(camera, seen, random);
  if (random.chance(0.4)) dress(camera, seen, random);
  change_light(seen, random);
  sample.picture = background_for(people, seen, random);
  put_over(seen, sample.picture);
  sample.alpha = Image(kSize, kSize, 1);
  for (std::size_t i = 0; i < sample.alpha.pixels.size(); ++i) {
    sample.alpha.pixels[i] = seen.pixels[4 * i + 3];
  }
  spoil_photo(sample.picture, sample.alpha, random);
  sample.coverage =
      cut_at_frame(draw_frame(person, random), where.photo_from_crop, sample.picture);
  for (std::size_t i = 0; i < sample.alpha.pixels.size(); ++i) {
    sample.alpha.pixels[i] *= sample.coverage.pixels[i];
    if (sample.coverage.pixels[i] < 0.5F) sample.shape.pixels[i] = kNeverPerson;
  }
  return sample;
}

}  // namespace

void MattingPeople::add(const Image& colour, const Image& matte, const Camera& camera) {
  check(colour.width == size && colour.height == size && colour.channels == 3 &&
            matte.width == size && matte.height == size && matte.channels == 1,
        ErrorCode::kInternal, "A person of {0} x {0} x 3 with a matte was expected, got "
        "{1} x {2} x {3} and {4} x {5} x {6}", size, colour.width, colour.height, colour.channels,
        matte.width, matte.height, matte.channels);
  const auto byte = [](float v) {
    return std::uint8_t(std::lround(std::clamp(v, 0.0F, 1.0F) * 255));
  };
  for (std::size_t i = 0; i < matte.pixels.size(); ++i) {
    for (std::size_t c = 0; c < 3; ++c) rgba.push_back(byte(colour.pixels[3 * i + c]));
    rgba.push_back(byte(matte.pixels[i]));
  }
  cameras.push_back(camera);
}

Image MattingPeople::person(int index) const {
  Image out(size, size, 4);
  const std::uint8_t* in = rgba.data() + std::size_t(index) * out.pixels.size();
  for (std::size_t i = 0; i < out.pixels.size(); i += 4) {
    const float a = in[i + 3] / 255.0F;
    for (std::size_t c = 0; c < 3; ++c) out.pixels[i + c] = a * in[i + c] / 255.0F;
    out.pixels[i + 3] = a;
  }
  return out;
}

MattingBatch draw_matting_batch(const MattingPeople& people, int size, const RandomKey& key) {
  check(people.count() > 0, ErrorCode::kInternal, "A batch was asked for of nobody");
  MattingBatch batch{at::empty({size, MatteNet::kChannels, kSize, kSize}),
                     at::empty({size, 1, kSize, kSize})};
  parallel_for(size, 1, [&](std::int64_t begin, std::int64_t end) {
    const at::NoGradGuard no_grad;
    for (std::int64_t i = begin; i < end; ++i) {
      RandomKey own = key;
      own.view = std::uint32_t(i);
      RandomStream random(own);
      const Sample sample = draw_sample(people, random);
      batch.inputs[i].copy_(matte_net_input(sample.picture, sample.coverage, sample.shape));
      std::copy(sample.alpha.pixels.begin(), sample.alpha.pixels.end(),
                batch.alpha.data_ptr<float>() + std::size_t(i) * kSize * kSize);
    }
  });
  return batch;
}

}  // namespace portrait
