// SPDX-License-Identifier: Apache-2.0
#include "core/nn/torch.h"

#include "core/base/error.h"
#include "core/base/random.h"
#include "core/diffusion/denoise.h"

#include <QtTest>

using namespace portrait;

namespace {

Tensor normal(std::uint32_t number) {
  const Tensor tensor = at::empty({2, 4, 8, 8});
  RandomStream({7, random_purpose("denoise test"), number, 0})
      .fill_normal({tensor.data_ptr<float>(), std::size_t(tensor.numel())});
  return tensor;
}

double distance(const Tensor& a, const Tensor& b) { return (a - b).abs().max().item<double>(); }

}  // namespace

class DenoiseTest : public QObject {
  Q_OBJECT

 private Q_SLOTS:
  void steps_are_even_and_end_above_nothing() {
    QCOMPARE(steps_down_from(700, 4), (std::vector<int>{700, 525, 350, 175}));
    QCOMPARE(steps_down_from(500, 1), std::vector<int>{500});
    QCOMPARE(steps_down_from(2, 4), (std::vector<int>{2, 1}));
    QVERIFY_THROWS_EXCEPTION(Error, steps_down_from(0, 1));
    QVERIFY_THROWS_EXCEPTION(Error, steps_down_from(500, 0));
  }

  // Whoever knows the noise gets the sample back, whatever the number of steps and the answer's
  // kind.
  void a_perfect_answer_gives_the_sample_back() {
    const Tensor clean = normal(0), noise = normal(1);
    for (const Prediction prediction : {Prediction::kEpsilon, Prediction::kVelocity}) {
      const NoiseSchedule schedule({.prediction_type = prediction});
      const Tensor t = at::full({1}, 600, at::kLong);
      for (const int steps : {1, 4}) {
        std::vector<int> asked;
        const Tensor back = denoise_from(
            schedule, schedule.add_noise(clean, noise, t), 600, steps,
            [&](const Tensor& noisy, int at) {
              asked.push_back(at);
              const Tensor now = at::full({1}, at, at::kLong);
              if (distance(noisy, schedule.add_noise(clean, noise, now)) > 1e-4) return Tensor();
              return schedule.target(clean, noise, now);
            });
        QVERIFY(distance(back, clean) < 1e-4);
        QCOMPARE(asked, steps_down_from(600, steps));
      }
    }
  }

  void one_step_is_the_plain_estimate() {
    const NoiseSchedule schedule({.prediction_type = Prediction::kVelocity});
    const Tensor noisy = normal(2), answer = normal(3);
    const Tensor plain = schedule.denoise(noisy, answer, at::full({1}, 400, at::kLong)).clean;
    QVERIFY(at::equal(
        denoise_from(schedule, noisy, 400, 1, [&](const Tensor&, int) { return answer; }), plain));
  }
};

QTEST_GUILESS_MAIN(DenoiseTest)
#include "denoise_test.moc"
