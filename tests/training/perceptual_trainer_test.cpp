// SPDX-License-Identifier: Apache-2.0
#include "core/nn/torch.h"

#include "core/base/error.h"
#include "core/nn/model_pack.h"
#include "core/training/identity_batch.h"
#include "core/training/install_weights.h"
#include "core/training/perceptual_trainer.h"

#include "tests/training/painted_people.h"

#include <QtTest>

#include <cmath>

using namespace portrait;
namespace fs = std::filesystem;

class PerceptualTrainerTest : public QObject {
  Q_OBJECT

  QTemporaryDir folder_;
  fs::path root_;
  IdentityFaces faces_;

  PerceptualTrainingOptions options(const char* out, std::int64_t steps) const {
    PerceptualTrainingOptions options;
    options.cache = root_ / "people";
    options.run.out = root_ / out;
    options.net = {6, {8, 8, 8}};
    options.run.batch = 12;
    options.run.learning_rate = 2e-3;
    options.run.muon = true;
    options.run.report_seconds = 0;
    options.run.minutes = 20;
    options.run.steps = steps;
    options.schedule = {.warm_up_steps = 1, .final_rate = 1};
    return options;
  }

 private Q_SLOTS:
  void initTestCase() {
    root_ = fs::path(folder_.path().toStdString());
    write_painted_people(root_ / "people", 6);
    for (const auto& file : list_identity_cache(root_ / "people", false)) {
      append_identity_faces(file, faces_);
    }
  }

  void every_degradation_grows_with_its_strength() {
    const Tensor picture = plain_face(faces_, 0), other = plain_face(faces_, 5);
    for (int kind = 0; kind < kDegradations; ++kind) {
      double before = 0;
      for (const double strength : {0.0, 0.3, 0.6, 1.0}) {
        const RandomStream random({3, random_purpose("degradation test"), 1, 0});
        const Tensor made = degraded(picture, Degradation(kind), strength, other, random);
        QCOMPARE(made.sizes(), picture.sizes());
        QVERIFY(at::isfinite(made).all().item<bool>());
        QVERIFY(made.min().item<double>() >= -1e-6 && made.max().item<double>() <= 1 + 1e-6);
        const double error = (made - picture).square().mean().item<double>();
        QVERIFY2(error > before, qPrintable(QString("%1 at %2").arg(kind).arg(strength)));
        before = error;
      }
    }
    const Tensor person = degraded(picture, Degradation::kPerson, 1, other,
                                   RandomStream({3, random_purpose("degradation test"), 1, 0}));
    QVERIFY((person - other).abs().max().item<double>() < 1e-6);
  }

  void triplets_are_of_their_key_and_of_all_comparisons() {
    const RandomKey key{1, random_purpose("triplet test"), 0, 0};
    const PerceptualTriplets triplets = draw_triplets(faces_, 9, key);
    QCOMPARE(triplets.reference.sizes().vec(), (std::vector<std::int64_t>{9, 3, 112, 112}));
    std::array<int, kComparisons> of{};
    for (const Comparison comparison : triplets.comparison) ++of[std::size_t(comparison)];
    for (const int count : of) QCOMPARE(count, 3);
    const PerceptualTriplets again = draw_triplets(faces_, 9, key);
    QVERIFY(at::equal(again.nearer, triplets.nearer) && at::equal(again.farther, triplets.farther));
    for (std::int64_t i = 0; i < 9; ++i) {
      QVERIFY(!at::equal(triplets.nearer[i], triplets.reference[i]));
      QVERIFY(!at::equal(triplets.farther[i], triplets.nearer[i]));
    }
    IdentityFaces alone;
    append_identity_faces(list_identity_cache(root_ / "people", false)[0], alone);
    QVERIFY_THROWS_EXCEPTION(Error, draw_triplets(alone, 3, key));
  }

  void choices_are_counted() {
    const PictureDistance squared = [](const Tensor& a, const Tensor& b) {
      return (a - b).square().mean(at::IntArrayRef{1, 2, 3});
    };
    const ForcedChoiceScore score = score_forced_choice(squared, faces_, 45);
    QVERIFY(score.of[std::size_t(Comparison::kStrength)] > 0.8);
    QVERIFY(std::abs((score.of[0] + score.of[1] + score.of[2]) / 3 - score.all) < 1e-12);
    const ForcedChoiceScore wrong = score_forced_choice(
        [&](const Tensor& a, const Tensor& b) { return -squared(a, b); }, faces_, 45);
    QVERIFY(std::abs(wrong.all - (1 - score.all)) < 1e-12);
    const ForcedChoiceScore blind = score_forced_choice(
        [](const Tensor& a, const Tensor&) { return at::zeros({a.size(0)}); }, faces_, 45);
    QCOMPARE(blind.all, 0.5);
  }

  void the_loss_asks_for_order_alone() {
    const Tensor near = at::tensor({1.0, 2.0}), far = at::tensor({2.0, 2.0});
    const double expected = (std::log1p(std::exp(-3 * std::log(2.0))) + std::log(2.0)) / 2;
    QVERIFY(std::abs(ranking_loss(near, far).item<double>() - expected) < 1e-5);
    QVERIFY(std::abs(ranking_loss(10 * near, 10 * far).item<double>() - expected) < 1e-5);
  }

  void more_triplets_are_told_right() {
    const PerceptualTriplets asked =
        draw_triplets(faces_, 90, {9, random_purpose("triplet test"), 0, 0});
    const auto loss_of = [&](const PerceptualDistance& net) {
      const at::NoGradGuard no_grad;
      return ranking_loss(net(asked.reference, asked.nearer), net(asked.reference, asked.farther))
          .item<double>();
    };
    const PerceptualTrainingOptions told = options("out", 200);
    const double before = loss_of(PerceptualDistance(told.net, told.run.seed));
    int reports = 0;
    train_perceptual(
        told, [&](const TrainingReport& report) { reports += report.values.count("loss") != 0; });
    QCOMPARE(reports, 200);
    install_weights(root_ / "out", "perceptual_compact", root_ / "pack");
    const auto distance = PerceptualDistance::load(ModelPack::open(root_ / "pack"));
    const double after = loss_of(*distance);
    QVERIFY2(after < 0.8 * before, qPrintable(QString("%1 -> %2").arg(before).arg(after)));
    const Tensor face = plain_face(faces_, 0).unsqueeze(0);
    QVERIFY((*distance)(face, plain_face(faces_, 5).unsqueeze(0)).item<double>() > 0);
  }

  void a_run_in_two_parts_is_the_run_in_one() {
    train_perceptual(options("whole", 5), {});
    train_perceptual(options("parts", 3), {});
    PerceptualTrainingOptions rest = options("parts", 2);
    rest.run.resume = true;
    train_perceptual(rest, {});
    const TensorMap whole =
        load_tensors(SafetensorsFile(root_ / "whole" / "checkpoint.safetensors"));
    const TensorMap parts =
        load_tensors(SafetensorsFile(root_ / "parts" / "checkpoint.safetensors"));
    QVERIFY(whole.size() > 30);
    QCOMPARE(parts.size(), whole.size());
    for (const auto& [name, tensor] : whole) {
      QVERIFY2(at::equal(tensor, parts.at(name)), name.c_str());
    }
  }
};

QTEST_GUILESS_MAIN(PerceptualTrainerTest)
#include "perceptual_trainer_test.moc"
