// SPDX-License-Identifier: Apache-2.0
#include "core/nn/torch.h"

#include "core/guidance/image_loss.h"
#include "core/guidance/score_distillation.h"
#include "tests/guidance/tiny_painter.h"

#include <QtTest>

#include <cmath>

using namespace portrait;

namespace {

Tensor numbers(at::IntArrayRef shape, std::uint32_t index) {
  Tensor t = at::empty(shape);
  RandomStream random({8, random_purpose("distillation test"), index, 0});
  random.fill_normal({t.data_ptr<float>(), static_cast<std::size_t>(t.numel())});
  return t;
}

// A model that knows one picture: what it answers is what noise and picture `known` would have made
// of the noisy latents.
NoisePredictor knows(const NoiseSchedule& schedule, const Tensor& known) {
  return [&schedule, known](const Tensor& noisy, int t) {
    const double bar = schedule.alpha_bar(t);
    const Tensor noise = (noisy - std::sqrt(bar) * known) / std::sqrt(1 - bar);
    return schedule.target(known, noise, at::full({1}, t, at::kLong));
  };
}

}  // namespace

class ScoreDistillationTest : public QObject {
  Q_OBJECT
 private Q_SLOTS:
  // With x0 known, eps_hat - eps = sqrt(abar / (1 - abar)) (z - x0): (2) in closed form, whatever
  // the model is trained to answer.
  void the_gradient_leads_to_what_the_model_knows() {
    for (const Prediction prediction : {Prediction::kEpsilon, Prediction::kVelocity}) {
      ScheduleConfig config;
      config.prediction_type = prediction;
      const NoiseSchedule schedule(config);
      const Tensor clean = numbers({1, 4, 6, 6}, 0);
      const Tensor known = numbers({1, 4, 6, 6}, 1);
      for (const int t : {50, 400, 900}) {
        const double bar = schedule.alpha_bar(t);
        const Tensor expected = (1 - bar) * std::sqrt(bar / (1 - bar)) * (clean - known);
        const Tensor found = distilled_gradient(schedule, clean, numbers({1, 4, 6, 6}, 2), t,
                                                knows(schedule, known));
        QVERIFY(at::allclose(found, expected, 1e-3, 1e-4));
      }
    }
  }

  void a_model_that_finds_the_noise_leaves_the_picture_alone() {
    const NoiseSchedule schedule;
    const Tensor clean = numbers({1, 4, 6, 6}, 0);
    const Tensor found =
        distilled_gradient(schedule, clean, numbers({1, 4, 6, 6}, 2), 300, knows(schedule, clean));
    QVERIFY(found.abs().max().item<float>() < 1e-3F);
  }

  // Through the encoder: against the encoder's own graph.
  void it_reaches_the_picture_through_the_encoder() {
    const auto diffusion = tiny_diffusion();
    const Tensor picture = numbers({3, 32, 32}, 3).sigmoid();
    const Tensor known = numbers({1, 4, 4, 4}, 4);
    const Tensor noise = numbers({4, 4, 4}, 5);
    const DistilledPicture found = distil(diffusion->vae(), diffusion->schedule(), picture, noise,
                                          350, knows(diffusion->schedule(), known));
    QCOMPARE(found.gradient.sizes(), picture.sizes());
    QVERIFY(found.norm > 0);
    const Tensor leaf = picture.clone().set_requires_grad(true);
    const Tensor latents =
        diffusion->vae().to_diffusion(diffusion->vae().encode((leaf * 2 - 1).unsqueeze(0)).mean);
    const Tensor upstream = distilled_gradient(diffusion->schedule(), latents, noise.unsqueeze(0),
                                               350, knows(diffusion->schedule(), known));
    (latents * upstream).sum().backward();
    QVERIFY(at::allclose(found.gradient, leaf.grad(), 1e-4, 1e-6));
  }

  void timesteps_fall_as_the_stage_goes_on() {
    const ScheduleConfig schedule;
    QCOMPARE(distillation_timestep(schedule, 0, 60, 0), 20);
    QVERIFY(distillation_timestep(schedule, 0, 60, 0.999) > 970);
    QVERIFY(distillation_timestep(schedule, 59, 60, 0.999) <= 500);
    QVERIFY(distillation_timestep(schedule, 59, 60, 0.999) > 490);
    QCOMPARE(distillation_timestep(schedule, 0, 1, 0), 20);
  }

  // METHOD: image-space distillation with one denoising step and the plain squared error is a
  // gradient of 2 (I_R - x0) / n.
  void one_step_and_squared_error_are_image_space_distillation() {
    const Tensor rendered = numbers({3, 8, 8}, 6).set_requires_grad(true);
    const Tensor estimate = numbers({3, 8, 8}, 7);
    ImageLoss{.gradients = 0}(rendered, estimate).backward();
    const Tensor expected = 2 * (rendered.detach() - estimate) / double(estimate.numel());
    QVERIFY(at::allclose(rendered.grad(), expected, 1e-6, 1e-9));
  }
};

QTEST_GUILESS_MAIN(ScoreDistillationTest)
#include "score_distillation_test.moc"
