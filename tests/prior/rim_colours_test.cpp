// SPDX-License-Identifier: Apache-2.0
#include "core/nn/torch.h"

#include "core/base/error.h"
#include "core/prior/rim_colours.h"

#include <QtTest>

#include <algorithm>
#include <array>
#include <cmath>

using namespace portrait;

namespace {

constexpr int kSide = 256;

// Rows and columns in [from, to) are 1.
Tensor block(int top, int bottom, int left, int right) {
  Tensor x = at::zeros({1, 1, kSide, kSide});
  x.slice(2, top, bottom).slice(3, left, right).fill_(1);
  return x;
}

Tensor colour(float r, float g, float b) {
  return at::tensor({r, g, b}).view({1, 3, 1, 1});
}

float off(const Tensor& picture, int row, int column, const std::array<float, 3>& expected) {
  float largest = 0;
  for (int c = 0; c < 3; ++c) {
    largest = std::max(
        largest, std::abs(picture[0][c][row][column].item<float>() - expected[std::size_t(c)]));
  }
  return largest;
}

}  // namespace

class RimColoursTest : public QObject {
  Q_OBJECT
 private Q_SLOTS:
  // A face of one colour in hair of another, a background of a third: only the hair is at the rim.
  void the_middle_gets_what_surrounds_it() {
    const Tensor head = block(32, 224, 48, 208);
    const Tensor face = block(88, 176, 88, 168);
    const Tensor photo =
        head * (face * colour(0.9F, 0.6F, 0.5F) + (1 - face) * colour(0.2F, 0.1F, 0)) +
        (1 - head) * colour(0, 1, 0);
    const Tensor rim = rim_colours(photo, head);
    QCOMPARE(rim.sizes(), photo.sizes());
    for (const int row : {40, 96, 128, 200}) {
      for (const int column : {60, 128, 190}) {
        QVERIFY(off(rim, row, column, {0.2F, 0.1F, 0}) < 0.02F);
      }
    }
  }

  void each_height_has_the_colours_of_its_own_rim() {
    const Tensor head = block(32, kSide, 64, 192);
    const Tensor shirt = block(192, kSide, 0, kSide);
    const Tensor photo = shirt * colour(0, 0, 1) + (1 - shirt) * colour(1, 0, 0);
    const Tensor rim = rim_colours(photo, head);
    QVERIFY(off(rim, 60, 128, {1, 0, 0}) < 0.15F);
    QVERIFY(off(rim, 240, 128, {0, 0, 1}) < 0.15F);
    QVERIFY(off(rim, 60, 66, {1, 0, 0}) < 0.01F);
    QVERIFY(off(rim, 240, 66, {0, 0, 1}) < 0.01F);
  }

  // The matte goes on below the picture: what is at the frame's edge is no rim.
  void the_frame_is_no_rim() {
    const Tensor head = block(64, kSide, 96, 160);
    const Tensor last = block(252, kSide, 100, 156);
    const Tensor photo = last * colour(0, 0, 1) + (1 - last) * colour(1, 0, 0);
    const Tensor rim = rim_colours(photo, head);
    QVERIFY(off(rim, 250, 128, {1, 0, 0}) < 0.3F);
    const Tensor inner = block(200, 220, 124, 132);
    QVERIFY(at::allclose(rim, rim_colours(photo + inner * 0.5, head), 0, 1e-2));
  }

  void without_an_edge_it_is_the_mean_and_without_a_matte_nothing() {
    const Tensor photo = block(0, kSide, 0, kSide / 2) * colour(1, 0.5F, 0);
    const Tensor all = rim_colours(photo, at::ones({1, 1, kSide, kSide}));
    QVERIFY(off(all, 128, 128, {0.5F, 0.25F, 0}) < 0.01F);
    QCOMPARE(rim_colours(photo, at::zeros({1, 1, kSide, kSide})).abs().max().item<float>(), 0.0F);
  }

  void a_size_that_it_cannot_halve_is_refused() {
    QVERIFY_EXCEPTION_THROWN(rim_colours(at::zeros({1, 3, 100, 100}), at::zeros({1, 1, 100, 100})),
                             Error);
  }
};

QTEST_GUILESS_MAIN(RimColoursTest)
#include "rim_colours_test.moc"
