// SPDX-License-Identifier: Apache-2.0
#include "core/nn/torch.h"

#include "core/base/error.h"
#include "core/diffusion/noise_schedule.h"

#include <QtTest>
#include <nlohmann/json.hpp>

#include <cmath>
#include <map>

using namespace portrait;

namespace {

Tensor waves(double pace) {
  return (at::arange(2 * 3 * 4 * 4, at::kFloat) * pace).sin().view({2, 3, 4, 4});
}

Tensor times(std::vector<std::int64_t> t) { return at::tensor(t, at::kLong); }

NoiseSchedule velocity_schedule() {
  ScheduleConfig config;
  config.prediction_type = Prediction::kVelocity;
  return NoiseSchedule(config);
}

bool near(double found, double expected) { return std::abs(found - expected) < 1e-5 * expected; }

}  // namespace

class NoiseScheduleTest : public QObject {
  Q_OBJECT
 private Q_SLOTS:
  // Values of diffusers' scheduler with Stable Diffusion 1.5's configuration.
  void the_published_values_are_met() {
    const NoiseSchedule schedule;
    for (const auto& [t, bar] : std::map<int, double>{{0, 0.99914998}, {1, 0.99829602},
                                                      {20, 0.98131430}, {500, 0.27633250},
                                                      {980, 0.00584378}, {999, 0.00466010}}) {
      QVERIFY2(near(schedule.alpha_bar(t), bar), std::to_string(t).c_str());
    }
    QCOMPARE(schedule.alpha_bar(-19), schedule.alpha_bar(0));
    QVERIFY_EXCEPTION_THROWN(schedule.alpha_bar(1000), Error);
    ScheduleConfig config;
    config.set_alpha_to_one = true;
    QCOMPARE(NoiseSchedule(config).alpha_bar(-1), 1.0);
  }

  void timesteps_lead() {
    const NoiseSchedule schedule;
    const std::vector<int> fifty = schedule.timesteps(50);
    QCOMPARE(fifty.size(), std::size_t{50});
    QCOMPARE(fifty.front(), 981);
    QCOMPARE(fifty[1], 961);
    QCOMPARE(fifty.back(), 1);
    const std::vector<int> twenty = schedule.timesteps(20);
    QCOMPARE(twenty.front(), 951);
    QCOMPARE(twenty[1], 901);
    QCOMPARE(twenty.back(), 1);
    QCOMPARE(schedule.timesteps(1000).front(), 999);
    QVERIFY_EXCEPTION_THROWN(schedule.timesteps(0), Error);
    QVERIFY_EXCEPTION_THROWN(schedule.timesteps(1001), Error);
  }

  void noise_comes_in_by_its_share() {
    const NoiseSchedule schedule;
    const Tensor clean = waves(0.3);
    const Tensor noise = waves(0.7);
    const Tensor noisy = schedule.add_noise(clean, noise, times({20, 980}));
    const Tensor second = std::sqrt(0.00584378) * clean[1] + std::sqrt(1 - 0.00584378) * noise[1];
    QVERIFY(at::allclose(noisy[1], second, 1e-5, 1e-6));
    QVERIFY(at::equal(noisy.slice(0, 0, 1), schedule.add_noise(clean.slice(0, 0, 1),
                                                               noise.slice(0, 0, 1), times({20}))));
    QVERIFY_EXCEPTION_THROWN(schedule.add_noise(clean, noise, times({1, 2, 3})), Error);
    QVERIFY_EXCEPTION_THROWN(schedule.add_noise(clean, noise, times({-1})), Error);
    QVERIFY_EXCEPTION_THROWN(schedule.add_noise(clean, noise, times({1000})), Error);
    QVERIFY_EXCEPTION_THROWN(schedule.add_noise(clean, noise[0], times({1})), Error);
  }

  void the_target_gives_both_parts_back() {
    const Tensor clean = waves(0.3);
    const Tensor noise = waves(0.7);
    const Tensor t = times({20, 700});
    const NoiseSchedule epsilon;
    const NoiseSchedule velocity = velocity_schedule();
    QVERIFY(at::equal(epsilon.target(clean, noise, t), noise));
    const Tensor v = velocity.target(clean, noise, times({300}));
    const double bar = velocity.alpha_bar(300);
    QVERIFY(at::allclose(v, std::sqrt(bar) * noise - std::sqrt(1 - bar) * clean, 1e-5, 1e-6));
    QVERIFY(!at::allclose(v, noise, 1e-2, 1e-2));
    for (const NoiseSchedule* schedule : {&epsilon, &velocity}) {
      const Tensor noisy = schedule->add_noise(clean, noise, t);
      const Denoised parts = schedule->denoise(noisy, schedule->target(clean, noise, t), t);
      QVERIFY(at::allclose(parts.clean, clean, 1e-4, 1e-5));
      QVERIFY(at::allclose(parts.noise, noise, 1e-4, 1e-5));
    }
  }

  // With the true noise a step without eta lands on the same noise at the earlier time.
  void a_step_keeps_to_the_path() {
    const Tensor clean = waves(0.3);
    const Tensor noise = waves(0.7);
    for (const NoiseSchedule& schedule : {NoiseSchedule(), velocity_schedule()}) {
      const Tensor t = times({901});
      const Tensor noisy = schedule.add_noise(clean, noise, t);
      const Tensor output = schedule.target(clean, noise, t);
      QVERIFY(at::allclose(schedule.step(noisy, output, 901, 851),
                           schedule.add_noise(clean, noise, times({851})), 1e-4, 1e-5));
      QVERIFY(at::allclose(schedule.step(noisy, output, 901, -49),
                           schedule.add_noise(clean, noise, times({0})), 1e-4, 1e-5));
    }
    ScheduleConfig config;
    config.set_alpha_to_one = true;
    const NoiseSchedule to_one(config);
    const Tensor noisy = to_one.add_noise(clean, noise, times({21}));
    QVERIFY(at::allclose(to_one.step(noisy, noise, 21, -1), clean, 1e-4, 1e-5));
  }

  // With eta the two noises' shares add up to that of the earlier time, and eta 1 from t to t - 1
  // has the variance of DDPM's posterior.
  void eta_trades_old_noise_for_new() {
    const NoiseSchedule schedule;
    const Tensor zero = at::zeros({1, 1, 1, 1});
    const Tensor one = at::ones({1, 1, 1, 1});
    const double before = std::sqrt(1 - schedule.alpha_bar(500));
    const auto shares = [&](double eta) {
      const Tensor noisy = one * before;
      const double old_share = schedule.step(noisy, one, 500, 499, eta, zero).item<double>();
      return std::pair{old_share,
                       schedule.step(noisy, one, 500, 499, eta, one).item<double>() - old_share};
    };
    for (const double eta : {0.3, 1.0}) {
      const auto [old_share, fresh] = shares(eta);
      QVERIFY(near(old_share * old_share + fresh * fresh, 1 - schedule.alpha_bar(499)));
    }
    const double beta = 1 - schedule.alpha_bar(500) / schedule.alpha_bar(499);
    const double posterior =
        beta * (1 - schedule.alpha_bar(499)) / (1 - schedule.alpha_bar(500));
    const double fresh = shares(1).second;
    QVERIFY(std::abs(fresh * fresh / posterior - 1) < 1e-4);
    QVERIFY_EXCEPTION_THROWN(schedule.step(one, one, 500, 499, 0.5), Error);
    QVERIFY_EXCEPTION_THROWN(schedule.step(one, one, 500, 499, 0, one), Error);
    QVERIFY_EXCEPTION_THROWN(schedule.step(one, one, 500, 500), Error);
  }

  void guidance_goes_beyond() {
    const Tensor without = waves(0.3);
    const Tensor with = waves(0.7);
    QVERIFY(at::allclose(guided(without, with, 1), with, 1e-5, 1e-6));
    QVERIFY(at::equal(guided(without, with, 0), without));
    QVERIFY(at::allclose(guided(without, with, 7.5), 7.5 * with - 6.5 * without, 1e-4, 1e-5));
    QVERIFY_EXCEPTION_THROWN(guided(without, with[0], 1), Error);
  }

  void the_published_configuration_is_the_default() {
    const nlohmann::json published = {
        {"_class_name", "PNDMScheduler"}, {"beta_start", 0.00085}, {"beta_end", 0.012},
        {"beta_schedule", "scaled_linear"}, {"clip_sample", false}, {"num_train_timesteps", 1000},
        {"set_alpha_to_one", false}, {"skip_prk_steps", true}, {"steps_offset", 1},
        {"trained_betas", nullptr}};
    QVERIFY(to_json(schedule_config(published)) == to_json(ScheduleConfig{}));
  }

  void configurations_are_read_and_refused() {
    ScheduleConfig config;
    config.num_train_timesteps = 100;
    config.prediction_type = Prediction::kVelocity;
    config.set_alpha_to_one = true;
    QVERIFY(to_json(schedule_config(to_json(config))) == to_json(config));
    QVERIFY(to_json(schedule_config(nlohmann::json::object())) == to_json(ScheduleConfig{}));
    for (const auto& [key, value] : std::map<std::string, nlohmann::json>{
             {"num_train_timesteps", 0}, {"beta_start", 0}, {"beta_end", 1e-5},
             {"beta_schedule", "linear"}, {"timestep_spacing", "trailing"}, {"steps_offset", -1},
             {"prediction_type", "sample"}, {"trained_betas", {0.1}},
             {"clip_sample", true}, {"rescale_betas_zero_snr", true}, {"set_alpha_to_one", "x"}}) {
      nlohmann::json broken = to_json(config);
      broken[key] = value;
      QVERIFY_EXCEPTION_THROWN(schedule_config(broken), Error);
    }
  }
};

QTEST_GUILESS_MAIN(NoiseScheduleTest)
#include "noise_schedule_test.moc"
