// SPDX-License-Identifier: Apache-2.0
// L_I's perceptual term in stage 3.
#include "core/nn/torch.h"

#include "core/base/error.h"
#include "core/perception/perceptual_distance.h"
#include "core/pipeline/pipeline.h"
#include "tests/guidance/tiny_painter.h"
#include "tests/pipeline/tiny_head.h"

#include <QtTest>

using namespace portrait;

class PerceptualLossTest : public QObject {
  Q_OBJECT

  Field first_ = tiny_head({0.8F, 0.3F, 0.2F});
  PhotoInput photo_ = photo_of(first_);
  FaceTrunkConfig config_ = {4, {4, 6, 6}};
  std::shared_ptr<const PerceptualDistance> network_ =
      std::make_shared<const PerceptualDistance>(PerceptualDistance(config_, 5).tensors(), config_);

  // The planes after one iteration.
  Tensor planes_after(double weight, bool has_network) const {
    Settings settings;
    settings.set("photo_fit", false);
    settings.set("detail", true);
    settings.set("detail.iterations", std::int64_t(1));
    settings.set("detail.viewpoints", std::string("0,0 90,0"));
    settings.set("detail.inner_steps", std::int64_t(1));
    settings.set("detail.size", std::int64_t(64));
    settings.set("detail.perceptual_weight", weight);
    settings.set("render.coarse_samples", std::int64_t(12));
    settings.set("render.fine_samples", std::int64_t(8));
    Pipeline pipeline(photo_, first_.clone(), 0, std::make_shared<const Settings>(settings), 4);
    StageSources sources;
    sources.painter = [] { return tiny_painter(); };
    if (has_network) {
      sources.perceptual = [this, weight] {
        if (weight == 0) throw Error(ErrorCode::kInternal, "nobody needs it");
        return network_;
      };
    }
    pipeline.set_sources(std::move(sources));
    pipeline.begin_run();
    while (!pipeline.step().finished) {
    }
    return pipeline.head().planes.detach().clone();
  }

 private Q_SLOTS:
  void it_moves_the_head_where_the_pack_has_a_network() {
    const Tensor without = planes_after(0, false);
    // A network that is not needed is not read.
    QVERIFY(at::equal(without, planes_after(0, true)));
    QVERIFY(at::equal(without, planes_after(1, false)));
    const Tensor with = planes_after(1, true);
    QVERIFY(at::isfinite(with).all().item<bool>());
    QVERIFY(!at::equal(without, with));
  }
};

QTEST_GUILESS_MAIN(PerceptualLossTest)
#include "perceptual_loss_test.moc"
