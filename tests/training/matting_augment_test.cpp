// SPDX-License-Identifier: Apache-2.0
#include "core/nn/torch.h"

#include "core/training/matting_augment.h"
#include "core/training/matting_loss.h"
#include "core/training/matting_patterns.h"
#include "core/training/matting_wear.h"
#include "tests/training/plain_people.h"

#include "core/base/error.h"

#include <QtTest>

#include <cmath>

using namespace portrait;

class MattingAugmentTest : public QObject {
  Q_OBJECT
 private Q_SLOTS:
  // Every kind shows something, and another thing each time.
  void patterns() {
    RandomStream random({3, random_purpose("patterns"), 0, 0});
    for (int kind = 0; kind < kPatternCount; ++kind) {
      double most = 0;
      Image last;
      for (int i = 0; i < 4; ++i) {
        const Image picture = draw_pattern(Pattern(kind), random, 96);
        QCOMPARE(picture.pixels.size(), std::size_t(96 * 96 * 3));
        double sum = 0, squares = 0;
        for (const float v : picture.pixels) {
          QVERIFY(std::isfinite(v) && v >= 0 && v <= 1);
          sum += v;
          squares += double(v) * v;
        }
        const double n = double(picture.pixels.size());
        most = std::max(most, squares / n - sum * sum / n / n);
        QVERIFY(picture.pixels != last.pixels);
        last = picture;
      }
      QVERIFY2(most > 1e-4, qPrintable(QString("kind %1: variance %2").arg(kind).arg(most)));
    }
  }

  void the_same_key_gives_the_same_batch() {
    const MattingPeople people = plain_people(3);
    const RandomKey key{1, random_purpose("test"), 4, 0};
    const MattingBatch a = draw_matting_batch(people, 6, key);
    const MattingBatch b = draw_matting_batch(people, 6, key);
    QVERIFY(a.inputs.sizes() == at::IntArrayRef({6, 5, 256, 256}));
    QVERIFY(a.alpha.sizes() == at::IntArrayRef({6, 1, 256, 256}));
    QVERIFY(at::equal(a.inputs, b.inputs) && at::equal(a.alpha, b.alpha));
    QVERIFY(a.inputs.min().item<float>() >= 0 && a.inputs.max().item<float>() <= 1);
    QVERIFY(a.alpha.min().item<float>() >= 0 && a.alpha.max().item<float>() <= 1);
    const MattingBatch c = draw_matting_batch(people, 6, {1, random_purpose("test"), 5, 0});
    QVERIFY(!at::equal(a.inputs, c.inputs));
  }

  // The shape that goes with a picture lies on the person, mirrored or not, and nobody is where the
  // photo is not.
  void inputs_and_truth_belong_together() {
    const MattingPeople people = plain_people(5);
    const MattingBatch batch =
        draw_matting_batch(people, 48, {2, random_purpose("test"), 0, 0});
    const Tensor sure = (batch.inputs.narrow(1, 4, 1) > 0.9).to(at::kFloat);
    const Tensor hit = (sure * batch.alpha).sum({1, 2, 3}) / sure.sum({1, 2, 3}).clamp_min(1);
    QVERIFY2(hit.mean().item<double>() > 0.8, qPrintable(QString::number(hit.mean().item<double>())));
    const Tensor coverage = batch.inputs.narrow(1, 3, 1);
    QVERIFY((batch.alpha <= coverage + 1e-6).all().item<bool>());
    const double outside = (coverage < 0.5).to(at::kFloat).mean().item<double>();
    QVERIFY2(outside > 0.005 && outside < 0.6, qPrintable(QString::number(outside)));
  }

  void clothes_change_below_the_neck_only() {
    const MattingPeople people = plain_people(1, 256);
    const Image before = people.person(0);
    Image after = before;
    RandomStream random({9, random_purpose("clothes"), 0, 0});
    dress(people.cameras[0], after, random);
    QVERIFY(after.pixels != before.pixels);
    for (int y = 0; y < 256; ++y) {
      for (int x = 0; x < 256; ++x) {
        QCOMPARE(after.at(x, y)[3], before.at(x, y)[3]);
        if (y < 140) QCOMPARE(after.at(x, y)[0], before.at(x, y)[0]);
      }
    }
  }

  // Hair round the head, shoulders below the chin; nobody loses anything by them, and what was
  // opaque keeps its colour.
  void more_hair_and_shoulders_lie_behind() {
    const MattingPeople people = plain_people(1, 256);
    const Image before = people.person(0);
    RandomStream random({9, random_purpose("wear"), 0, 0});
    for (const auto add : {add_hair, add_shoulders}) {
      double more = 0;
      for (int turn = 0; turn < 6; ++turn) {
        Image after = before;
        add(people.cameras[0], after, random);
        for (std::size_t i = 0; i < after.pixels.size(); i += 4) {
          const float a = after.pixels[i + 3];
          QVERIFY(a >= before.pixels[i + 3] && a <= 1.0001F);
          for (std::size_t c = 0; c < 3; ++c) {
            QVERIFY(after.pixels[i + c] >= 0 && after.pixels[i + c] <= a + 1e-4F);
          }
          if (before.pixels[i + 3] == 1) QCOMPARE(after.pixels[i], before.pixels[i]);
          more += a - before.pixels[i + 3];
        }
      }
      QVERIFY2(more > 500, qPrintable(QString::number(more)));
    }
  }

  void shoulders_begin_at_the_neck() {
    const MattingPeople people = plain_people(1, 256);
    RandomStream random({11, random_purpose("shoulders"), 0, 0});
    for (int turn = 0; turn < 12; ++turn) {
      Image nobody(256, 256, 4);
      add_shoulders(people.cameras[0], nobody, random);
      int widest = 0;
      for (int y = 0; y < 256; ++y) {
        int width = 0;
        for (int x = 0; x < 256; ++x) width += nobody.at(x, y)[3] > 0;
        QVERIFY2(width < 128 || widest > 0, qPrintable(QString("row %1: %2").arg(y).arg(width)));
        QVERIFY(width >= widest - 1);  // and only widen
        widest = std::max(widest, width);
      }
      QVERIFY(widest > 128);
    }
  }

  void a_person_of_another_size_is_refused() {
    MattingPeople people;
    QVERIFY_THROWS_EXCEPTION(Error, people.add(Image(64, 64, 3), Image(64, 64, 1), Camera{}));
    QVERIFY_THROWS_EXCEPTION(Error, draw_matting_batch(people, 1, RandomKey{}));
  }

  void losses_and_scores() {
    Tensor alpha = at::zeros({1, 1, 64, 64});
    alpha.narrow(3, 0, 32).fill_(1);
    const Tensor sure = (alpha - 0.5) * 40;
    const MattingLoss right = matting_loss(sure, alpha);
    QVERIFY(right.total.item<double>() < 1e-3);
    // The same pixels wrong cost more beside the outline than far from it.
    Tensor at_rim = sure.clone(), far = sure.clone();
    at_rim.narrow(3, 32, 2).fill_(20);
    far.narrow(3, 60, 2).fill_(20);
    const MattingLoss rim = matting_loss(at_rim, alpha);
    const MattingLoss away = matting_loss(far, alpha);
    QVERIFY(std::abs((rim.difference - away.difference).item<double>()) < 1e-6);
    QVERIFY((rim.cross_entropy > 2 * away.cross_entropy).item<bool>());
    const MattingScore score = score_mattes(at::sigmoid(at_rim), alpha);
    QVERIFY(std::abs(score.iou - 32.0 / 34) < 1e-5);
    QVERIFY(std::abs(score.difference - 2.0 / 64) < 1e-4);
    QCOMPARE(score_mattes(at::zeros_like(alpha), at::zeros_like(alpha)).iou, 1.0);
  }
};

QTEST_GUILESS_MAIN(MattingAugmentTest)
#include "matting_augment_test.moc"
