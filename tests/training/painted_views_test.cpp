// SPDX-License-Identifier: Apache-2.0
#include "core/nn/torch.h"

#include "core/base/error.h"
#include "core/diffusion/noise_schedule.h"
#include "core/nn/model_pack.h"
#include "core/nn/torch_safetensors.h"
#include "core/training/install_weights.h"
#include "core/training/painted_views.h"
#include "core/training/pair_cache.h"
#include "core/training/portrait_cache.h"
#include "core/training/vae_trainer.h"
#include "tests/training/ball_subject.h"
#include "tests/training/head_data.h"

#include <nlohmann/json.hpp>

#include <QtTest>

#include <cmath>
#include <filesystem>

using namespace portrait;
namespace fs = std::filesystem;

// The networks that ship paint a ball.
class PaintedViewsTest : public QObject {
  Q_OBJECT

  QTemporaryDir folder_;
  fs::path root_;

  PaintedViewsOptions options() const {
    PaintedViewsOptions options;
    options.pack = PORTRAIT_SOURCE_DIR "/resources/packs/compact";
    options.pairs = root_ / "pairs";
    return options;
  }

 private Q_SLOTS:
  void initTestCase() {
    root_ = fs::path(folder_.path().toStdString());
    fs::create_directories(root_ / "views");
    write_ball_subject(root_ / "views/views_000004.safetensors");
  }

  void every_view_is_painted_and_keeps_some_noise() {
    QVERIFY(paint_views({}, root_ / "views", 64).empty());
    fs::create_directories(root_ / "pairs");
    QVERIFY_THROWS_EXCEPTION(Error, paint_views(options(), root_ / "views", 64));  // no pairs
    fill_pair_cache({root_ / "pairs", root_ / "views", options().pack, 1}, {});
    PaintedViewsOptions more = options();
    more.noise_left = 200;
    const auto some = paint_views(options(), root_ / "views", 64);
    const auto noisier = paint_views(more, root_ / "views", 64);
    QCOMPARE(some.size(), std::size_t{13});
    const NoiseSchedule schedule;
    const double low = schedule.alpha_bar(options().noise_left), high = schedule.alpha_bar(200);
    for (std::size_t v = 0; v < some.size(); ++v) {
      const PaintedView& view = some[v];
      QCOMPARE(view.picture.size(1), 8 * view.latents.size(1));
      QCOMPARE(view.picture.size(2), 8 * view.latents.size(2));
      QVERIFY(view.picture.size(2) < 512);  // cut to the ball
      // Two amounts of one noise tell the noise: that of a normal distribution.
      const Tensor noise = (noisier[v].latents / std::sqrt(high) - view.latents / std::sqrt(low)) /
                           (std::sqrt(1 / high - 1) - std::sqrt(1 / low - 1));
      QVERIFY(std::abs(noise.mean().item<double>()) < 0.05);
      QVERIFY(std::abs(noise.std().item<double>() - 1) < 0.05);
    }
  }

  void pieces_are_of_one_place() {
    // Both tell the place: latents the cell, pictures the cell of the pixel.
    const Tensor rows = at::arange(20).view({20, 1}).expand({20, 12});
    const Tensor columns = at::arange(12).view({1, 12}).expand({20, 12});
    const Tensor cells = at::stack({rows, columns, rows + columns});
    const Tensor pixels = cells.repeat_interleave(8, 1).repeat_interleave(8, 2).to(at::kByte);
    const std::vector<PaintedView> views = {{cells.to(at::kFloat), pixels}};
    const PaintedPieces pieces = draw_painted_pieces(views, 32, 6, {1, 2, 3, 4});
    QCOMPARE(pieces.latents.sizes(), at::IntArrayRef({6, 3, 4, 4}));
    QCOMPARE(pieces.pictures.sizes(), at::IntArrayRef({6, 3, 32, 32}));
    const Tensor told = (at::avg_pool2d(pieces.pictures, {8, 8}) + 1) * (255.0 / 2);
    QVERIFY(at::allclose(told, pieces.latents, 1e-4, 1e-3));
    QVERIFY(!at::equal(pieces.latents[0], pieces.latents[1]));
    QVERIFY(at::equal(draw_painted_pieces(views, 32, 6, {1, 2, 3, 4}).latents, pieces.latents));
    QVERIFY_THROWS_EXCEPTION(Error, draw_painted_pieces({}, 32, 1, {1, 2, 3, 4}));
  }

  void a_decoder_learns_of_them_and_says_so() {
    PortraitCacheOptions cache;
    cache.folder = root_ / "portraits";
    if (!use_head_data(cache)) QSKIP("The head model is not beside the project");
    cache.count = 1;
    cache.photos_per_subject = 1;
    fill_portrait_cache(cache, {});
    VaeTrainingOptions training;
    training.cache = cache.folder;
    training.views = root_ / "views";
    training.painted = options();
    training.painted.noise_left = 60;
    training.crop = 64;
    training.scored = 1;
    training.weights.texture = 1;
    training.run = {.out = root_ / "out", .minutes = 20, .steps = 1, .batch = 4,
                    .from = options().pack};
    QVERIFY_THROWS_EXCEPTION(Error, train_vae(training, {}));  // the encoder may not change
    training.decoder_only = true;
    TrainingReport last;
    train_vae(training, [&](const TrainingReport& report) { last = report; });
    QVERIFY(last.values.at("painted_texture") > 0);
    const auto told = [](const nlohmann::json& config) {
      return config.at("texture_timestep").get<int>();
    };
    QCOMPARE(told(weights_config(root_ / "out", "vae")), 60);
    // Without painted views it stays what the decoder had learned before.
    training.painted = {};
    training.run.out = root_ / "plain";
    train_vae(training, {});
    const int before = told(ModelPack::open(options().pack).network("vae").config);
    QVERIFY(before != 60);
    QCOMPARE(told(weights_config(root_ / "plain", "vae")), before);
  }
};

QTEST_GUILESS_MAIN(PaintedViewsTest)
#include "painted_views_test.moc"
