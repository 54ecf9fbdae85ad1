// SPDX-License-Identifier: Apache-2.0
// Noise across splats stays N(0,1) and white.
#include "core/nn/torch.h"

#include "core/base/error.h"
#include "core/reprojection/splat_noise.h"
#include "tests/reprojection/test_views.h"

#include <QtTest>

#include <algorithm>
#include <cmath>
#include <set>

using namespace portrait;

namespace {

constexpr std::uint32_t kPurpose = random_purpose("test noise");

// Mean product of a picture with itself, moved by (dy, dx).
double correlation(const Tensor& noise, int dy, int dx) {
  const std::int64_t height = noise.size(1), width = noise.size(2);
  const Tensor here = noise.slice(1, 0, height - dy).slice(2, 0, width - dx);
  const Tensor there = noise.slice(1, dy, height).slice(2, dx, width);
  return (here * there).to(at::kDouble).mean().item<double>();
}

// The bounds are 4.5 deviations of the estimates.
void verify_white(const Tensor& noise) {
  const double count = double(noise.numel());
  const Tensor wide = noise.to(at::kDouble);
  QVERIFY(std::abs(wide.mean().item<double>()) < 4.5 / std::sqrt(count));
  QVERIFY(std::abs(wide.square().mean().item<double>() - 1) < 4.5 * std::sqrt(2 / count));
  QVERIFY(std::abs(wide.pow(4).mean().item<double>() - 3) < 4.5 * std::sqrt(96 / count));
  for (int dy = 0; dy <= 3; ++dy) {
    for (int dx = 0; dx <= 3; ++dx) {
      if (dx == 0 && dy == 0) continue;
      QVERIFY2(std::abs(correlation(noise, dy, dx)) < 4.5 / std::sqrt(count * 0.9),
               qPrintable(QString("lag %1, %2").arg(dy).arg(dx)));
    }
  }
  // Channels of one pixel.
  const double between = (noise[0] * noise[1]).to(at::kDouble).mean().item<double>();
  QVERIFY(std::abs(between) < 4.5 / std::sqrt(double(noise[0].numel())));
}

}  // namespace

class NoiseTest : public QObject {
  Q_OBJECT

 private Q_SLOTS:
  void fresh_noise_is_the_keys_numbers();
  void every_value_is_taken_over_once_and_whole();
  void background_keeps_its_values();
  void chains_stay_white_data();
  void chains_stay_white();
  void closing_would_not_be_white();
  void bad_calls_are_refused();
};

void NoiseTest::fresh_noise_is_the_keys_numbers() {
  const RandomKey key{3, kPurpose, 1, 2};
  const Tensor noise = fresh_noise(key, 2, 5, 7);
  RandomStream stream(key);
  for (int i = 0; i < 70; ++i) {
    QCOMPARE(noise.flatten()[i].item<float>(), static_cast<float>(stream.normal()));
  }
  QVERIFY(!at::equal(noise, fresh_noise({3, kPurpose, 1, 3}, 2, 5, 7)));
  verify_white(fresh_noise(key, 4, 128, 128));
}

void NoiseTest::every_value_is_taken_over_once_and_whole() {
  const DrivingView view = ball_view(rig_camera({0, 0}), 60);
  for (const int width : {40, 60, 133}) {
    const SplatMap map = make_splat(view, rig_camera({20, 10}), width, width);
    const Tensor noise = fresh_noise({1, kPurpose, 0, 0}, 3, 60, 60);
    const RandomKey key{1, kPurpose, 0, 1};
    const Tensor found = splat_noise(map, noise, key);
    const Tensor fresh = fresh_noise(key, 3, width, width);
    std::set<int> used;
    int won = 0;
    for (int y = 0; y < width; ++y) {
      for (int x = 0; x < width; ++x) {
        const bool wins = map.won()[0][y][x].item<float>() > 0;
        const int source = map.source[y][x].item<int>();
        for (int c = 0; c < 3; ++c) {
          const float expected =
              wins ? noise[c].flatten()[source].item<float>() : fresh[c][y][x].item<float>();
          QCOMPARE(found[c][y][x].item<float>(), expected);
        }
        if (!wins) continue;
        ++won;
        QVERIFY(used.insert(source).second);
      }
    }
    const int finest = std::min(width, 60);
    QVERIFY(won > finest * finest / 8);
  }
}

void NoiseTest::background_keeps_its_values() {
  const DrivingView view = ball_view(rig_camera({0, 0}), 48);
  const Tensor noise = fresh_noise({1, kPurpose, 0, 0}, 2, 48, 48);
  const RandomKey key{1, kPurpose, 0, 5};
  const SplatMap one = make_splat(view, rig_camera({20, 0}), 48, 48);
  const SplatMap other = make_splat(view, rig_camera({23, 0}), 48, 48);
  const Tensor a = splat_noise(one, noise, key);
  const Tensor b = splat_noise(other, noise, key);
  const Tensor neither = (1 - one.won()) * (1 - other.won());
  QVERIFY(neither.sum().item<float>() > 200);
  QVERIFY(at::equal(a * neither, b * neither));
}

void NoiseTest::chains_stay_white_data() {
  QTest::addColumn<int>("width");
  QTest::addColumn<double>("step_deg");
  QTest::newRow("latent, as the views are driven") << 64 << 30.0;
  QTest::newRow("small turns") << 96 << 4.0;
  QTest::newRow("no turn") << 64 << 0.0;
}

void NoiseTest::chains_stay_white() {
  QFETCH(int, width);
  QFETCH(double, step_deg);
  constexpr int kChannels = 16;
  Tensor noise = fresh_noise({2, kPurpose, 0, 0}, kChannels, width, width);
  for (int link = 0; link < 6; ++link) {
    const DrivingView view = ball_view(rig_camera({link * step_deg, 0}), width, 0.42);
    const SplatMap map =
        make_splat(view, rig_camera({(link + 1) * step_deg, 3.0 * link}), width, width);
    noise = splat_noise(map, noise, {2, kPurpose, 0, std::uint32_t(link + 1)});
    verify_white(noise);
    // Among the pixels that took a value over, too.
    const Tensor carried = noise.masked_select(map.won().to(at::kBool).expand_as(noise));
    const double count = double(carried.numel());
    QVERIFY(count > 0.1 * kChannels * width * width);
    QVERIFY(std::abs(carried.mean().item<double>()) < 4.5 / std::sqrt(count));
    QVERIFY(std::abs(carried.square().mean().item<double>() - 1) < 4.5 * std::sqrt(2 / count));
  }
}

void NoiseTest::closing_would_not_be_white() {
  // The check can fail: noise with its holes closed as colours are is correlated.
  const DrivingView view = ball_view(rig_camera({0, 0}), 64);
  const SplatMap map = make_splat(view, rig_camera({20, 0}), 128, 128);
  const Tensor noise = fresh_noise({1, kPurpose, 0, 0}, 16, 64, 64);
  const Tensor repeated =
      noise.flatten(1).index_select(1, map.source.flatten().clamp_min(0)).view({16, 128, 128});
  QVERIFY(std::abs(correlation(repeated * map.known(), 0, 1)) > 0.02);
  const Tensor kept = splat_noise(map, noise, {1, kPurpose, 0, 1});
  QVERIFY(std::abs(correlation(kept, 0, 1)) < 4.5 / std::sqrt(double(kept.numel()) * 0.9));
}

void NoiseTest::bad_calls_are_refused() {
  const SplatMap map = make_splat(ball_view(rig_camera({0, 0}), 8), rig_camera({5, 0}), 8, 8);
  QVERIFY_EXCEPTION_THROWN(splat_noise(map, at::zeros({4, 8, 9}), {}), Error);
  QVERIFY_EXCEPTION_THROWN(splat_noise(map, at::zeros({8, 8}), {}), Error);
  QVERIFY_EXCEPTION_THROWN(splat_noise(map, at::zeros({4, 8, 8}, at::kDouble), {}), Error);
  QVERIFY_EXCEPTION_THROWN(fresh_noise({}, 0, 8, 8), Error);
}

QTEST_GUILESS_MAIN(NoiseTest)
#include "noise_test.moc"
