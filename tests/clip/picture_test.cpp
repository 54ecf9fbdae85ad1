// SPDX-License-Identifier: Apache-2.0
#include "core/nn/torch.h"

#include "core/base/error.h"
#include "core/clip/clip_picture.h"

#include <QtTest>

#include <algorithm>
#include <cmath>
#include <vector>

using namespace portrait;

namespace {

// Keys' cubic with a = -1/2, as Pillow's.
double cubic(double x) {
  x = std::abs(x);
  if (x < 1) return (1.5 * x - 2.5) * x * x + 1;
  if (x < 2) return ((-0.5 * x + 2.5) * x - 4) * x + 2;
  return 0;
}

// One row resampled, the cubic as wide as the step between the new pixels' middles.
std::vector<double> resampled(const std::vector<double>& row, int size) {
  const double step = double(row.size()) / size;
  const double widening = std::max(1.0, step);
  std::vector<double> out;
  for (int i = 0; i < size; ++i) {
    double sum = 0;
    double weights = 0;
    for (std::size_t j = 0; j < row.size(); ++j) {
      const double weight = cubic((double(j) + 0.5 - (i + 0.5) * step) / widening);
      sum += weight * row[j];
      weights += weight;
    }
    out.push_back(sum / weights);
  }
  return out;
}

Tensor slow_resize(const Tensor& picture, int height, int width) {
  Tensor out = at::empty({3, height, width}, at::kDouble);
  for (int c = 0; c < 3; ++c) {
    Tensor wide = at::empty({picture.size(1), width}, at::kDouble);
    for (std::int64_t y = 0; y < picture.size(1); ++y) {
      const Tensor row = picture[c][y].to(at::kDouble).contiguous();
      const double* first = row.data_ptr<double>();
      wide[y] = at::tensor(resampled({first, first + row.numel()}, width), at::kDouble);
    }
    for (int x = 0; x < width; ++x) {
      const Tensor column = wide.select(1, x).contiguous();
      const double* first = column.data_ptr<double>();
      out[c].select(1, x).copy_(
          at::tensor(resampled({first, first + column.numel()}, height), at::kDouble));
    }
  }
  return out.clamp(0, 1);
}

Tensor normalised(const Tensor& picture) {
  const Tensor mean = at::tensor({.48145466, .4578275, .40821073}, at::kDouble).view({3, 1, 1});
  const Tensor std = at::tensor({.26862954, .26130258, .27577711}, at::kDouble).view({3, 1, 1});
  return (picture.to(at::kDouble) - mean) / std;
}

// 0 or 1 in places, so that the cubic overshoots.
Tensor made_picture(int height, int width) {
  return ((at::arange(3 * height * width, at::kFloat) * 0.83).sin() * 0.8 + 0.5)
      .clamp(0, 1)
      .view({1, 3, height, width});
}

double largest(const Tensor& difference) {
  return difference.abs().max().item<double>();
}

}  // namespace

class PictureTest : public QObject {
  Q_OBJECT
 private Q_SLOTS:
  void pictures_are_resampled_as_published() {
    // Wide and shrunk: 37 x 52 -> 16 x 22, of which the middle 16 begin at 3.
    const Tensor wide = made_picture(37, 52);
    const Tensor seen = clip_pixels(wide, 16);
    QCOMPARE(seen.sizes(), at::IntArrayRef({1, 3, 16, 16}));
    QVERIFY(largest(seen[0] - normalised(slow_resize(wide[0], 16, 22).narrow(2, 3, 16))) < 1e-4);
    // Tall and enlarged: 11 x 9 -> 19 x 16; the half of 3 rounds to the even 2.
    const Tensor tall = made_picture(11, 9);
    QVERIFY(largest(clip_pixels(tall, 16)[0] -
                    normalised(slow_resize(tall[0], 19, 16).narrow(1, 2, 16))) < 1e-4);
  }

  void a_picture_of_the_size_is_cut_alone() {
    const Tensor picture = made_picture(16, 21);
    QVERIFY(largest(clip_pixels(picture, 16)[0] - normalised(picture[0].narrow(2, 2, 16))) < 1e-6);
  }

  void what_is_no_picture_is_refused() {
    QVERIFY_EXCEPTION_THROWN(clip_pixels(at::zeros({3, 20, 20})), Error);
    QVERIFY_EXCEPTION_THROWN(clip_pixels(at::zeros({1, 4, 20, 20})), Error);
    QVERIFY_EXCEPTION_THROWN(clip_pixels(at::zeros({1, 3, 0, 20})), Error);
  }
};

QTEST_GUILESS_MAIN(PictureTest)
#include "picture_test.moc"
