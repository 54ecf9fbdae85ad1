// SPDX-License-Identifier: Apache-2.0
// Images across a splat, and how holes close.
#include "core/nn/torch.h"

#include "core/base/error.h"
#include "core/reprojection/carry.h"
#include "core/reprojection/carry_matrix.h"
#include "core/reprojection/kernels/splat_kernels.h"
#include "core/reprojection/splat_noise.h"
#include "tests/reprojection/test_views.h"

#include <QtTest>

#include <cstring>
#include <string>
#include <vector>

using namespace portrait;

namespace {

// A target drawn by hand. Digits are depths, each of a source pixel of its own place, '.' is void;
// depths one apart are two surfaces. The picture has twice the pixels of the source along each
// side when `torn`: then digits in neighbouring even places are neighbours in the source.
SplatMap closed_map(const std::vector<std::string>& rows, bool torn = false) {
  SplatGeometry g;
  g.target_height = static_cast<int>(rows.size());
  g.target_width = static_cast<int>(rows[0].size());
  const int scale = torn ? 2 : 1;
  g.source_width = 100;
  g.source_height = 100;
  g.same_surface = 1.05F;
  std::vector<SplatKey> keys;
  for (int y = 0; y < g.target_height; ++y) {
    for (int x = 0; x < g.target_width; ++x) {
      const char c = rows[std::size_t(y)][std::size_t(x)];
      const auto depth = static_cast<float>(c - '0');
      std::uint32_t bits;
      std::memcpy(&bits, &depth, 4);
      keys.push_back(c == '.' ? kNoPoint
                              : SplatKey(bits) << 32 | SplatKey(y / scale * 100 + x / scale));
    }
  }
  const std::vector<std::int64_t> sizes{g.target_height, g.target_width};
  SplatMap map{at::empty(sizes, at::kInt), at::empty(sizes), at::empty(sizes, at::kByte), 100, 100};
  const SplatPlanes planes{map.source.data_ptr<std::int32_t>(), map.depth.data_ptr<float>(),
                           map.closing.data_ptr<std::uint8_t>()};
  settle_rows(g, keys.data(), 1, 0, g.target_height, planes);
  find_hidden(g, 0, g.target_height, planes);
  close_rows(g, 0, g.target_height, planes);
  find_column_gaps(g, 0, g.target_height, planes);
  close_columns(g, 0, g.target_height, planes);
  return map;
}

// The same, drawn: '.' void, '#' won, '-' closed along its row, '|' along its column, '=' along its
// row after that.
std::vector<std::string> drawn(const SplatMap& map) {
  std::vector<std::string> rows;
  for (int y = 0; y < map.height(); ++y) {
    std::string row;
    for (int x = 0; x < map.width(); ++x) {
      const int code = map.closing[y][x].item<int>();
      const bool known = map.depth[y][x].item<float>() < kNoDepth;
      const bool won = map.source[y][x].item<int>() >= 0;
      row += !known ? '.' : won ? '#' : code < 4 ? '-' : code < 7 ? '|' : '=';
      if (known != (won || code != 0)) row += '?';
    }
    rows.push_back(row);
  }
  return rows;
}

using Rows = std::vector<std::string>;

}  // namespace

class CarryTest : public QObject {
  Q_OBJECT

 private Q_SLOTS:
  void holes_close_as_the_rule_says_data();
  void holes_close_as_the_rule_says();
  void closed_values_are_weighted_means();
  void is_the_reference();
  void entries_are_what_is_carried();
  void shapes_and_backgrounds();
  void a_mask_does_not_grow();
  void gradients_are_the_transpose();
  void nothing_depends_on_the_threads();
  void bad_calls_are_refused();
};

void CarryTest::holes_close_as_the_rule_says_data() {
  QTest::addColumn<Rows>("target");
  QTest::addColumn<bool>("torn");
  QTest::addColumn<Rows>("expected");
  QTest::newRow("one and two along a row") << Rows{"2.22..22...2"} << false << Rows{"#-##--##...#"};
  QTest::newRow("nothing at the ends")
      << Rows{".2..2.", "......"} << false << Rows{".#--#.", "......"};
  QTest::newRow("one and two along a column")
      << Rows{"2222", "2.2.", "2222", "22..", "2.2.", "2..2"} << false
      << Rows{"####", "#-#|", "####", "##||", "#-#|", "#--#"};
  QTest::newRow("three wide, two tall") << Rows{"22222", "2...2", "2...2", "22222"} << false
                                        << Rows{"#####", "#|||#", "#|||#", "#####"};
  QTest::newRow("three by three stays")
      << Rows{"22222", "2...2", "2...2", "2...2", "22222"} << false
      << Rows{"#####", "#...#", "#...#", "#...#", "#####"};
  QTest::newRow("not between two surfaces")
      << Rows{"2.3", "2..", "3.3"} << false << Rows{"#.#", "#.|", "#-#"};
  QTest::newRow("an outline does not grow")
      << Rows{"..2..", ".222.", "22222", ".222.", "..2.."} << false
      << Rows{"..#..", ".###.", "#####", ".###.", "..#.."};
  QTest::newRow("twice magnified") << Rows{"2.2.2", ".....", "2.2.2", ".....", "2.2.2"} << true
                                   << Rows{"#-#-#", "|||||", "#-#-#", "|||||", "#-#-#"};
  QTest::newRow("what shines through a tear")
      << Rows{"2.292", "2.2.2"} << true << Rows{"#-#-#", "#-#-#"};
  QTest::newRow("also where rows hold nothing") << Rows{"2.2.2", "9.9.9", "2.292", ".9.9."} << true
                                                << Rows{"#-#-#", "|||||", "#-#-#", ".#-#."};
  QTest::newRow("what shows between things apart")
      << Rows{"2292.2", "299922"} << false << Rows{"####-#", "######"};
  QTest::newRow("a seam") << Rows{"22.....", "....222", "22.....", "....222", "......."} << false
                          << Rows{"##.....", "||==###", "##==|||", "....###", "......."};
  QTest::newRow("a point in front stays") << Rows{"2.212"} << true << Rows{"#-###"};
}

void CarryTest::holes_close_as_the_rule_says() {
  QFETCH(Rows, target);
  QFETCH(bool, torn);
  QFETCH(Rows, expected);
  const Rows found = drawn(closed_map(target, torn));
  for (std::size_t y = 0; y < found.size(); ++y) {
    QCOMPARE(QString::fromStdString(found[y]), QString::fromStdString(expected[y]));
  }
}

void CarryTest::closed_values_are_weighted_means() {
  const SplatMap map = closed_map({"2..2.2", "......", "......", "2..2.."});
  const Tensor image = at::zeros({100, 100});
  at2(image, 0, 0) = 3;
  at2(image, 0, 3) = 6;
  at2(image, 0, 5) = 8;
  at2(image, 3, 0) = 9;
  at2(image, 3, 3) = 12;
  const Tensor found = carry_image(map, image, -1);
  const Tensor expected = at::tensor({3.0F, 4.0F,  5.0F,  6.0F,  7.0F,  8.0F,   //
                                      5.0F, 6.0F,  7.0F,  8.0F,  -1.0F, -1.0F,  //
                                      7.0F, 8.0F,  9.0F,  10.0F, -1.0F, -1.0F,  //
                                      9.0F, 10.0F, 11.0F, 12.0F, -1.0F, -1.0F})
                              .view({4, 6});
  QVERIFY((found - expected).abs().max().item<float>() < 1e-5);
  QCOMPARE(map.known().sum().item<int>(), 18);
  QCOMPARE(map.won().sum().item<int>(), 5);
}

void CarryTest::is_the_reference() {
  for (const int target_width : {1, 33, 75, 129}) {
    const DrivingView view = random_view(61, 47, 4);
    const SplatMap map = make_splat(view, rig_camera({10, 0}), target_width, 70);
    const Tensor image = fresh_noise({1, 2, 3, 4}, 5, 47, 61);
    const Tensor found = carry_image(map, image, 0.25);
    const Tensor expected = carry_image_reference(map, image, 0.25);
    QVERIFY((found - expected).abs().max().item<float>() < 4e-6);
    const Tensor won = map.won().expand_as(found).to(at::kBool);
    QVERIFY(at::equal(found.masked_select(won), expected.masked_select(won)));
    if (target_width == 129) QVERIFY(map.closing.ge(4).any().item<bool>());
  }
}

void CarryTest::entries_are_what_is_carried() {
  const DrivingView view = random_view(61, 47, 4);
  const SplatMap map = make_splat(view, rig_camera({10, 0}), 129, 70);
  const CarryEntries entries = carry_entries(map);
  const Tensor matrix = at::zeros({70 * 129, 47 * 61});
  matrix.index_put_({entries.rows, entries.columns}, entries.weights);
  QCOMPARE(matrix.count_nonzero().item<std::int64_t>(), entries.rows.size(0));  // none stands twice
  const Tensor image = fresh_noise({1, 2, 3, 4}, 3, 47, 61);
  const Tensor found = at::mm(matrix, image.view({3, -1}).t()).t().view({3, 70, 129});
  QVERIFY((found - carry_image_reference(map, image)).abs().max().item<float>() < 1e-5);
}

void CarryTest::shapes_and_backgrounds() {
  const DrivingView view = ball_view(rig_camera({0, 0}), 20);
  const SplatMap map = make_splat(view, rig_camera({20, 0}), 24, 22);
  const Tensor image = fresh_noise({1, 2, 3, 4}, 6, 20, 20);
  const Tensor flat = carry_image(map, image, 0.5);
  QVERIFY(at::equal(carry_image(map, image.view({2, 3, 20, 20}), 0.5), flat.view({2, 3, 22, 24})));
  QVERIFY(at::equal(carry_image(map, image[1], 0.5), flat[1]));
  // Not contiguous.
  QVERIFY(at::equal(carry_image(map, image.transpose(1, 2), 0.5),
                    carry_image(map, image.transpose(1, 2).contiguous(), 0.5)));
  const Tensor coloured = carry_image(map, image.view({2, 3, 20, 20}), {0.1F, 0.2F, 0.3F});
  const Tensor nowhere = 1 - map.known();
  for (int channel = 0; channel < 3; ++channel) {
    const Tensor plane = coloured.select(1, channel);
    const Tensor hidden = plane.masked_select(nowhere.expand_as(plane).to(at::kBool));
    QVERIFY(hidden.eq(0.1F * float(channel + 1)).logical_or(hidden.eq(0.3F)).all().item<bool>());
  }
  // S_proj is what the mask of what was lifted becomes.
  const Tensor lifted = view.depth.isfinite().to(at::kFloat).unsqueeze(0);
  QVERIFY((carry_image(map, lifted) - map.known()).abs().max().item<float>() < 1e-6);
}

void CarryTest::a_mask_does_not_grow() {
  // A smooth ball, magnified: what is known stays inside its outline, and is whole within.
  const DrivingView view = ball_view(rig_camera({0, 0}), 64, 0.35);
  const Camera target = rig_camera({10, 0});
  const SplatMap map = make_splat(view, target, 128, 128);
  const DrivingView truth = ball_view(target, 128, 0.35);
  const Tensor outside = truth.depth.isinf();
  // Half a source pixel, one of the target, is as exact as a point's place is.
  const Tensor reach =
      at::max_pool2d(1 - outside.to(at::kFloat).view({1, 1, 128, 128}), {3, 3}, {1, 1}, {1, 1})
          .view({128, 128});
  QVERIFY((map.known()[0] * (1 - reach)).sum().item<float>() == 0);
  const DrivingView core = ball_view(target, 128, 0.15);
  const Tensor inside = core.depth.isfinite();
  const int open = (1 - map.known()[0].masked_select(inside)).sum().item<int>();
  QVERIFY2(open == 0, qPrintable(QString("%1 pixels open").arg(open)));
  QVERIFY(map.won()[0].masked_select(inside).mean().item<float>() < 0.5);
}

void CarryTest::gradients_are_the_transpose() {
  const DrivingView view = random_view(40, 36, 6);
  const SplatMap map = make_splat(view, rig_camera({12, 4}), 85, 77);
  QVERIFY(map.closing.gt(0).any().item<bool>());
  const at::AutoGradMode on(true);
  const Tensor image = fresh_noise({1, 2, 3, 4}, 3, 36, 40).set_requires_grad(true);
  const Tensor probe = fresh_noise({5, 6, 7, 8}, 3, 77, 85);
  (carry_image(map, image) * probe).sum().backward();
  const Tensor other = fresh_noise({9, 6, 7, 8}, 3, 36, 40);
  // <A x, p> = <x, A' p> for any x.
  const double forward = (carry_image(map, other) * probe).to(at::kDouble).sum().item<double>();
  const double backward = (other * image.grad()).to(at::kDouble).sum().item<double>();
  QVERIFY(std::abs(forward - backward) < 1e-4 * std::abs(forward) + 1e-3);
}

void CarryTest::nothing_depends_on_the_threads() {
  const DrivingView view = random_view(90, 95, 7);
  const SplatMap map = make_splat(view, rig_camera({12, 4}), 200, 190);
  const at::AutoGradMode on(true);
  const auto run = [&](Tensor& out) {
    const Tensor image = fresh_noise({1, 2, 3, 4}, 9, 95, 90).set_requires_grad(true);
    out = carry_image(map, image);
    out.square().sum().backward();
    return image.grad();
  };
  Tensor many, one, one_gradient;
  const Tensor many_gradient = run(many);
  on_one_thread([&] { one_gradient = run(one); });
  QVERIFY(at::equal(many, one));
  QVERIFY(at::equal(many_gradient, one_gradient));
}

void CarryTest::bad_calls_are_refused() {
  const SplatMap map = closed_map({"2.2"});
  QVERIFY_EXCEPTION_THROWN(carry_image(map, at::zeros({3, 100, 99})), Error);
  QVERIFY_EXCEPTION_THROWN(carry_image(map, at::zeros({100})), Error);
  QVERIFY_EXCEPTION_THROWN(carry_image(map, at::zeros({100, 100}, at::kDouble)), Error);
  QVERIFY_EXCEPTION_THROWN(carry_image(map, at::zeros({3, 100, 100}), {1.0F, 1.0F}), Error);
}

QTEST_GUILESS_MAIN(CarryTest)
#include "carry_test.moc"
