// SPDX-License-Identifier: Apache-2.0
#include "core/nn/torch.h"

#include "core/base/error.h"
#include "core/nn/model_pack.h"
#include "core/nn/torch_safetensors.h"
#include "core/training/install_weights.h"
#include "core/training/portrait_cache.h"
#include "core/training/training_pictures.h"
#include "core/training/vae_trainer.h"
#include "core/training/view_cache.h"

#include "tests/training/head_data.h"

#include <nlohmann/json.hpp>

#include <QtTest>

#include <cmath>
#include <filesystem>
#include <numeric>
#include <vector>

using namespace portrait;
namespace fs = std::filesystem;

// The real trainer, a small network, a cache of two people.
class VaeTrainerTest : public QObject {
  Q_OBJECT

  QTemporaryDir folder_;
  fs::path root_;

  VaeTrainingOptions options() const {
    VaeTrainingOptions options;
    options.cache = root_ / "cache";
    options.run.out = root_ / "out";
    options.run.batch = 4;
    options.run.minutes = 20;
    options.run.steps = 80;
    options.run.report_seconds = 0;
    options.run.validation_seconds = 1e9;
    options.run.learning_rate = 2e-3;
    options.vae.block_out_channels = {8, 8, 16};
    options.vae.latent_channels = 4;
    options.crop = 64;
    options.scored = 1;
    return options;
  }

 private Q_SLOTS:
  void initTestCase() {
    root_ = fs::path(folder_.path().toStdString());
    PortraitCacheOptions cache;
    cache.folder = root_ / "cache";
    if (!use_head_data(cache)) QSKIP("The head model is not beside the project");
    cache.count = 1;
    cache.photos_per_subject = 2;
    fill_portrait_cache(cache, {});
    cache.held_out = true;
    cache.photos_per_subject = 1;
    fill_portrait_cache(cache, {});
  }

  void an_empty_cache_says_how_to_fill_it() {
    VaeTrainingOptions empty = options();
    empty.cache = root_ / "nothing";
    try {
      train_vae(empty, {});
      QFAIL("no exception");
    } catch (const Error& e) {
      QCOMPARE(e.code(), ErrorCode::kNotFound);
      QVERIFY2(e.message().find("synth --portraits") != std::string::npos, e.what());
    }
  }

  void views_are_cut_to_their_subject_and_trained_on() {
    ViewCacheOptions views;
    views.folder = root_ / "views";
    if (!use_head_data(views)) QSKIP("The head model is not beside the project");
    views.count = 1;
    fill_view_cache(views, {});
    const auto pictures = load_view_pictures(views.folder, 64);
    QCOMPARE(pictures.size(), std::size_t(ViewCacheFormat::kViews));
    const ViewCacheFile file(list_view_cache(views.folder, false).front());
    for (int v : {0, 6}) {
      const Tensor& cut = pictures[std::size_t(v)];
      // The largest box of all whose rims hold something of the subject.
      const CachedPicture whole = file.picture(v);
      int left = 512, right = 0, top = 512, bottom = 0;
      for (int y = 0; y < 512; ++y) {
        for (int x = 0; x < 512; ++x) {
          if (*whole.matte.at(x, y) <= 0.02F) continue;
          left = std::min(left, x);
          right = std::max(right, x);
          top = std::min(top, y);
          bottom = std::max(bottom, y);
        }
      }
      QCOMPARE(cut.sizes(), at::IntArrayRef({3, bottom - top + 1, right - left + 1}));
      const int y = (top + bottom) / 2;
      const int x = (left + right) / 2;
      QVERIFY(std::abs(cut[1][y - top][x - left].item<int>() -
                       int(std::lround(255 * whole.rgb.at(x, y)[1]))) <= 1);
    }
    for (const Tensor& whole : load_view_pictures(views.folder, 512))
      QCOMPARE(whole.sizes(), at::IntArrayRef({3, 512, 512}));
    QVERIFY_THROWS_EXCEPTION(Error, load_view_pictures(views.folder, 513));

    // The same photos, the same seed: only the views can have made the difference.
    const auto trained = [&](const char* out, const fs::path& with) {
      VaeTrainingOptions some = options();
      some.run.out = root_ / out;
      some.run.steps = 2;
      some.views = with;
      train_vae(some, {});
      return load_tensors(SafetensorsFile(some.run.out / "vae.safetensors"));
    };
    const TensorMap without = trained("photos alone", {});
    const TensorMap with = trained("with views", views.folder);
    QVERIFY(!at::equal(with.at("decoder.conv_out.weight"), without.at("decoder.conv_out.weight")));
    QVERIFY_THROWS_EXCEPTION(Error, trained("no views", root_ / "nothing"));
  }

  void pictures_come_back_better_and_the_pack_knows_the_scale() {
    std::vector<double> losses;
    TrainingReport last;
    train_vae(options(), [&](const TrainingReport& report) {
      const auto loss = report.values.find("reconstruction");
      if (loss != report.values.end()) losses.push_back(loss->second);
      last = report;
    });
    QCOMPARE(losses.size(), std::size_t{80});
    const double first = std::accumulate(losses.begin(), losses.begin() + 10, 0.0);
    const double end = std::accumulate(losses.end() - 10, losses.end(), 0.0);
    QVERIFY2(end < 0.8 * first, qPrintable(QString("%1 -> %2").arg(first).arg(end)));
    QVERIFY(last.values.at("psnr_db") > 10);

    install_weights(options().run.out, "vae", root_ / "pack");
    const ModelPack pack = ModelPack::open(root_ / "pack");
    const auto vae = load_vae(pack);
    QCOMPARE(vae->config().block_out_channels, options().vae.block_out_channels);
    const auto photos = load_portrait_photos(options().cache, true);
    QCOMPARE(photos.size(), std::size_t{1});
    const VaeScore score = score_vae(*vae, photos);
    QVERIFY(std::abs(score.latent_deviation * vae->config().scaling_factor - 1) < 0.01);
    QVERIFY(std::abs(score.psnr_db - last.values.at("psnr_db")) < 0.05);
  }

  void a_run_goes_on_from_its_checkpoint_or_from_a_pack() {
    VaeTrainingOptions more = options();
    more.run.resume = true;
    more.run.steps = 3;
    std::int64_t samples = 0;
    const auto keep = [&](const TrainingReport& report) { samples = report.samples_seen; };
    train_vae(more, keep);
    QCOMPARE(samples, std::int64_t{83 * 4});

    VaeTrainingOptions from = options();
    from.vae = compact_autoencoder();  // the pack's own sizes count
    from.run.from = root_ / "pack";
    from.run.out = root_ / "from_pack";
    from.run.steps = 1;
    from.run.learning_rate = 0;
    train_vae(from, keep);
    QCOMPARE(samples, std::int64_t{81 * 4});
    const TensorMap before =
        load_tensors(*ModelPack::open(root_ / "pack").network("vae").weights);
    const TensorMap after = load_tensors(SafetensorsFile(root_ / "from_pack/vae.safetensors"));
    QCOMPARE(after.size(), before.size());
    for (const auto& [name, tensor] : before) {
      QVERIFY2(at::allclose(after.at(name), tensor, 1e-3, 1e-6), name.c_str());
    }
  }

  void a_decoder_alone_leaves_the_latents_as_they_are() {
    VaeTrainingOptions decoder = options();
    decoder.decoder_only = true;
    decoder.weights.texture = 1;
    decoder.run.out = root_ / "decoder";
    decoder.run.steps = 3;
    QVERIFY_THROWS_EXCEPTION(Error, train_vae(decoder, {}));
    decoder.run.from = root_ / "pack";
    train_vae(decoder, {});
    const ModelPack pack = ModelPack::open(root_ / "pack");
    const TensorMap before = load_tensors(*pack.network("vae").weights);
    const TensorMap after = load_tensors(SafetensorsFile(root_ / "decoder/vae.safetensors"));
    QCOMPARE(after.size(), before.size());
    bool decoder_moved = false;
    for (const auto& [name, tensor] : before) {
      const bool same = after.at(name).equal(tensor);
      if (AutoencoderKL::makes_latents(name)) {
        QVERIFY2(same, name.c_str());
      } else {
        decoder_moved = decoder_moved || !same;
      }
    }
    QVERIFY(decoder_moved);
    install_weights(decoder.run.out, "vae", root_ / "pack_decoder");
    QCOMPARE(latent_space_of(ModelPack::open(root_ / "pack_decoder")), latent_space_of(pack));
    // Going on without the pack keeps them too.
    decoder.run.from.clear();
    decoder.run.resume = true;
    train_vae(decoder, {});
    install_weights(decoder.run.out, "vae", root_ / "pack_decoder");
    QCOMPARE(latent_space_of(ModelPack::open(root_ / "pack_decoder")), latent_space_of(pack));
    VaeTrainingOptions whole = options();
    whole.run.from = root_ / "pack";
    whole.run.out = root_ / "whole";
    whole.run.steps = 3;
    train_vae(whole, {});
    install_weights(whole.run.out, "vae", root_ / "pack_whole");
    QVERIFY(latent_space_of(ModelPack::open(root_ / "pack_whole")) != latent_space_of(pack));
  }
};

QTEST_GUILESS_MAIN(VaeTrainerTest)
#include "vae_trainer_test.moc"
