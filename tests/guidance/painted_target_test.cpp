// SPDX-License-Identifier: Apache-2.0
// What of a painted view becomes a target.
#include "core/nn/torch.h"

#include "core/base/error.h"
#include "core/guidance/painted_target.h"

#include <QtTest>

#include <cmath>

using namespace portrait;

class PaintedTargetTest : public QObject {
  Q_OBJECT
 private Q_SLOTS:
  void a_tint_goes_and_grain_stays() {
    const Tensor render = at::full({3, 32, 32}, 0.5);
    const Tensor grain = board() * 0.05;
    const Tensor kept =
        with_colours_kept(render + 0.1 + grain, render, at::ones({32, 32}), 4);
    QVERIFY(at::allclose(kept, render + grain, 0, 1e-3));
  }

  // A step as wide as the picture is coarse on either side of its middle.
  void coarse_shapes_are_those_of_the_render() {
    Tensor render = at::full({3, 64, 64}, 0.3);
    render.narrow(2, 32, 32).fill_(0.6);
    const Tensor painted = at::full({3, 64, 64}, 0.45);
    const Tensor kept = with_colours_kept(painted, render, at::ones({64, 64}), 4);
    for (const int column : {0, 10, 53, 63}) {
      QVERIFY(at::allclose(kept.select(2, column), render.select(2, column), 0, 2e-3));
    }
  }

  // What is outside neither changes nor tells anything of the tint inside.
  void the_surroundings_have_no_say() {
    Tensor inside = at::zeros({32, 32});
    inside.narrow(1, 0, 16).fill_(1);
    const Tensor render = at::full({3, 32, 32}, 0.5);
    Tensor painted = render + 0.1;
    painted.narrow(2, 16, 16).fill_(0.9);
    const Tensor kept = with_colours_kept(painted, render, inside, 4);
    QVERIFY(at::allclose(kept.narrow(2, 0, 16), render.narrow(2, 0, 16), 0, 1e-4));
    QVERIFY(at::equal(kept.narrow(2, 16, 16), painted.narrow(2, 16, 16)));
    QVERIFY(at::equal(with_colours_kept(painted, render, at::zeros({32, 32}), 4), painted));
  }

  // An opacity of fewer texels than the picture has pixels counts the same.
  void a_smaller_opacity_will_do() {
    const Tensor render = at::full({3, 32, 32}, 0.5);
    const Tensor kept = with_colours_kept(render + 0.1, render, at::ones({8, 8}), 4);
    QVERIFY(at::allclose(kept, render, 0, 1e-4));
  }

  // Of 48 texels the head is the middle 24. The outermost of them is the rim, and passes softly into
  // the inside.
  void outlines_are_those_of_the_render() {
    const Tensor render = at::zeros({3, 48, 48}), painted = at::ones({3, 48, 48});
    const Tensor kept = with_outlines_kept(painted, render, square());
    const Tensor row = kept[0][24];
    for (const int outside : {0, 11, 36}) QCOMPARE(row[outside].item<float>(), 0.0F);
    QVERIFY(std::abs(row[12].item<float>() - 1.0F / 3) < 1e-6F);
    QVERIFY(std::abs(row[13].item<float>() - 2.0F / 3) < 1e-6F);
    for (const int inside : {14, 24, 33}) QVERIFY(std::abs(row[inside].item<float>() - 1) < 1e-6F);
  }

  void far_outside_there_is_background_alone() {
    const Tensor kept = without_surroundings(at::ones({3, 48, 48}), square(), 0.5);
    const Tensor row = kept[1][24];
    for (const int far : {0, 9}) QCOMPARE(row[far].item<float>(), 0.5F);
    for (const int near : {12, 24, 35}) QVERIFY(std::abs(row[near].item<float>() - 1) < 1e-6F);
    QVERIFY(row[10].item<float>() > 0.5F && row[10].item<float>() < 1);
  }

  void colours_stay_in_range() {
    const Tensor kept = with_colours_kept(at::ones({3, 16, 16}) * board(16).clamp_min(0),
                                          at::ones({3, 16, 16}), at::ones({16, 16}), 2);
    QVERIFY(kept.max().item<float>() <= 1 && kept.min().item<float>() >= 0);
  }

  void what_does_not_fit_is_refused() {
    const Tensor picture = at::zeros({3, 16, 16});
    QVERIFY_THROWS_EXCEPTION(Error, with_colours_kept(picture, at::zeros({3, 16, 8}),
                                                      at::zeros({16, 16}), 2));
    QVERIFY_THROWS_EXCEPTION(Error, with_outlines_kept(picture, at::zeros({3, 16, 8}),
                                                       at::zeros({16, 16})));
    QVERIFY_THROWS_EXCEPTION(Error, without_surroundings(picture, at::zeros({1, 16, 16}), 0.5));
    QVERIFY_THROWS_EXCEPTION(Error,
                             with_colours_kept(picture, picture, at::zeros({16, 16}), 4.5));
    QVERIFY_THROWS_EXCEPTION(Error,
                             with_colours_kept(picture, picture, at::zeros({16, 16}), 0));
  }

 private:
  static Tensor square() {
    Tensor opacity = at::zeros({48, 48});
    opacity.narrow(0, 12, 24).narrow(1, 12, 24).fill_(1);
    return opacity;
  }

  // Of -1 and 1 in turn, [1,side,side].
  static Tensor board(std::int64_t side = 32) {
    const Tensor x = at::arange(side, at::kFloat);
    return (x.view({1, -1, 1}) + x.view({1, 1, -1})).remainder(2) * 2 - 1;
  }
};

QTEST_GUILESS_MAIN(PaintedTargetTest)
#include "painted_target_test.moc"
