// SPDX-License-Identifier: Apache-2.0
#include "core/nn/torch.h"

#include "core/base/error.h"
#include "core/base/machine_info.h"
#include "core/nn/default_pack.h"
#include "core/nn/model_pack.h"
#include "core/pipeline/memory_plan.h"

#include <QtTest>

#include <cmath>
#include <string>

using namespace portrait;

namespace {

// A need of so many MB at 512 pixels, falling with the picture's area.
auto need_of(double mb) {
  return [mb](int size) {
    PaintingNeed need;
    need.autoencoder = mb * size * size / (512.0 * 512);
    return need;
  };
}

}  // namespace

class MemoryPlanTest : public QObject {
  Q_OBJECT
 private Q_SLOTS:
  void what_is_not_needed_at_once_is_not_added() {
    QCOMPARE((PaintingNeed{100, 30, 50, 20}.total()), 150.0);
    QCOMPARE((PaintingNeed{100, 60, 50, 70}.total()), 170.0);
  }

  void the_largest_size_that_fits_is_taken() {
    const auto need = need_of(1000);
    QCOMPARE(plan_painting(need, 512, 64, 0).size, 512);  // nothing is known of what is free
    QCOMPARE(plan_painting(need, 512, 64, 1000).size, 512);
    const PaintingPlan plan = plan_painting(need, 512, 64, 999);
    QCOMPARE(plan.size, 448);
    QCOMPARE(plan.need_mb, 1000 * 448.0 * 448 / (512 * 512));
    QCOMPARE(plan.free_mb, 999.0);
    QCOMPARE(plan_painting(need, 512, 64, 251).size, 256);
    QCOMPARE(plan_painting(need, 128, 64, 63).size, 128);  // as small as it was asked for
  }

  void too_little_is_refused_with_what_can_be_tried() {
    try {
      plan_painting(need_of(1000), 512, 64, 200);
      QFAIL("200 MB were enough for 250");
    } catch (const Error& error) {
      QCOMPARE(error.code(), ErrorCode::kOutOfMemory);
      const std::string message = error.what();
      for (const char* part : {"250 MB", "256 pixels", "200 MB", "diffusion.precision",
                               "smaller model pack", "memory_limit"}) {
        QVERIFY2(message.find(part) != std::string::npos, message.c_str());
      }
    }
    QVERIFY_THROWS_EXCEPTION(Error, plan_painting(need_of(1000), 128, 64, 60));
  }

  void a_packs_need_grows_with_picture_and_precision() {
    const ModelPack pack = ModelPack::open(default_pack_folder());
    const PaintingNeed whole = painting_need(pack, PrecisionChoice::kSingle, 512);
    const PaintingNeed half = painting_need(pack, PrecisionChoice::kHalf, 512);
    const PaintingNeed small = painting_need(pack, PrecisionChoice::kSingle, 256);
    double numbers = 0;  // of VAE, UNet and HPDM
    for (const char* id : {"vae", "unet", "hpdm"}) {
      for (const auto& [name, view] : pack.network(id).weights->tensors()) {
        numbers += double(view.count());
      }
    }
    const double stored = numbers * 4 / (1 << 20);
    QVERIFY(whole.weights >= stored && whole.weights < 1.5 * stored);
    QVERIFY(half.weights < whole.weights && half.weights > whole.weights / 2);  // the VAE stays
    QVERIFY(std::abs(small.features / whole.features - 0.25) < 1e-9);
    QVERIFY(std::abs(small.autoencoder / whole.autoencoder - 0.25) < 1e-9);
    QCOMPARE(plan_painting(pack, PrecisionChoice::kAuto, 512, 1e6).size, 512);
    QVERIFY_THROWS_EXCEPTION(Error, plan_painting(pack, PrecisionChoice::kAuto, 512, 1));
  }

  void the_machine_says_what_is_free() {
    const double available = available_memory_mb();
    QVERIFY(available > 100 && available < 1e8);
  }
};

QTEST_GUILESS_MAIN(MemoryPlanTest)
#include "memory_plan_test.moc"
