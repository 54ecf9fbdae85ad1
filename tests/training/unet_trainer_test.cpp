// SPDX-License-Identifier: Apache-2.0
#include "core/nn/torch.h"

#include "core/base/error.h"
#include "core/diffusion/pack_diffusion.h"
#include "core/training/cache_files.h"
#include "core/training/install_weights.h"
#include "core/training/unet_trainer.h"
#include "tests/training/tiny_latents.h"

#include <QtTest>

#include <cmath>
#include <filesystem>
#include <numeric>
#include <set>
#include <vector>

using namespace portrait;
namespace fs = std::filesystem;

class UnetTrainerTest : public QObject {
  Q_OBJECT

  QTemporaryDir folder_;
  fs::path root_;
  std::string hash_;

  UnetTrainingOptions options(const std::string& out, int steps) const {
    UnetTrainingOptions options;
    options.cache = root_ / "latents";
    options.vae_pack = root_ / "pack";
    options.run.out = root_ / out;
    options.run.batch = 8;
    options.run.minutes = 20;
    options.run.steps = steps;
    options.run.report_seconds = 1e9;
    options.run.validation_seconds = 1e9;
    options.run.learning_rate = 3e-3;
    options.pace = {.warm_up_steps = 5, .final_rate = 1, .averaging = 0.95};
    options.large_share = 0;
    options.scored = 2;
    options.networks.unet.in_channels = 4;
    options.networks.unet.out_channels = 4;
    options.networks.unet.sizes.block_out_channels = {16, 16};
    options.networks.unet.sizes.layers_per_block = 1;
    options.networks.unet.sizes.norm_num_groups = 4;
    options.networks.unet.attention = {{true, false}, true, {2, 2}, 16, 1, false};
    options.networks.conditioner = {4, 16, 1, {8, 8, 8, 8}, 4, 1, 16};
    return options;
  }

  static TensorMap weights(const fs::path& out) {
    TensorMap all = load_tensors(SafetensorsFile(out / "unet.safetensors"));
    all.merge(load_tensors(SafetensorsFile(out / "conditioner.safetensors")));
    return all;
  }

 private Q_SLOTS:
  void initTestCase() {
    root_ = fs::path(folder_.path().toStdString());
    hash_ = make_vae_pack(root_ / "pack", 1);
    write_tiny_latents(root_ / "latents", false, 2, hash_);
    write_tiny_latents(root_ / "latents", true, 2, hash_);
  }

  void timesteps_gather_where_they_are_used() {
    RandomStream random({1, random_purpose("test"), 0, 0});
    int middle = 0;
    for (int i = 0; i < 4000; ++i) {
      const int t = draw_timestep(random);
      QVERIFY(t >= 20 && t <= 980);
      if (t >= 100 && t <= 700) ++middle;
    }
    QVERIFY2(std::abs(middle / 4000.0 - 0.906) < 0.02, qPrintable(QString::number(middle)));
  }

  void weights_are_those_of_min_snr() {
    QVERIFY(std::abs(velocity_weight(0.5) - 0.5) < 1e-12);          // SNR 1
    QVERIFY(std::abs(velocity_weight(0.95) - 5.0 / 20) < 1e-12);    // SNR 19
    QVERIFY(std::abs(velocity_weight(0.75) - 3.0 / 4) < 1e-12);     // SNR 3
    QVERIFY(std::abs(velocity_weight(0.01) - 0.25) < 1e-12);        // a hundredth, raised
    QVERIFY(std::abs(velocity_weight(0.75, 2) - 2.0 / 4) < 1e-12);
  }

  void batches_depend_on_their_key_alone() {
    const LatentSet set = LatentSet::open(root_ / "latents", false, hash_);
    const RandomKey key{3, random_purpose("test"), 7, 0};
    const UnetBatch a = draw_unet_batch(set, 64, LatentSize::kSmall, 0.25, key);
    const UnetBatch b = draw_unet_batch(set, 64, LatentSize::kSmall, 0.25, key);
    QVERIFY(at::equal(a.clean, b.clean) && at::equal(a.noise, b.noise) && at::equal(a.t, b.t) &&
            at::equal(a.kept, b.kept) && at::equal(a.angles, b.angles));
    QVERIFY(a.clean.sizes() == at::IntArrayRef({64, 4, 8, 8}));
    QVERIFY(std::abs(a.kept.mean().item<double>() - 0.75) < 0.2);
    QVERIFY(std::abs(a.noise.mean().item<double>()) < 0.05);
    QVERIFY(std::abs(a.noise.std().item<double>() - 1) < 0.05);
    // The photo is of the person: equal latents of the photo whenever the person is the same.
    std::set<std::pair<float, float>> people;
    for (int i = 0; i < 64; ++i) {
      people.insert({a.identity[i][0][0][0].item<float>(), a.identity[i].std().item<float>()});
    }
    QCOMPARE(people.size(), std::size_t{2});
    const UnetBatch large = draw_unet_batch(set, 2, LatentSize::kLarge, 0.25, key);
    QVERIFY(large.clean.sizes() == at::IntArrayRef({2, 4, 16, 16}));
    QVERIFY(large.identity.sizes() == at::IntArrayRef({2, 4, 8, 8}));
  }

  // A cache of which one file has no large latents: they are drawn of the other's people alone.
  void large_latents_may_be_of_some_people() {
    const fs::path folder = root_ / "some_large";
    write_tiny_latents(folder, false, 2, hash_);
    const fs::path first = folder / cache_file_name(latent_file_stem(false), 0);
    TensorMap tensors = load_tensors(SafetensorsFile(first));
    const auto metadata = SafetensorsFile(first).metadata();
    tensors.erase("large");
    tensors.erase("identity_large");
    save_tensors(first, tensors, metadata);
    const LatentSet set = LatentSet::open(folder, false, hash_);
    QCOMPARE(set.people(), 2);
    QVERIFY(set.large_people() == std::vector<int>{1});
    const RandomKey key{3, random_purpose("test"), 8, 0};
    const Tensor drawn = draw_unet_batch(set, 32, LatentSize::kLarge, 0, key).identity;
    for (int i = 0; i < 32; ++i) QVERIFY(at::equal(drawn[i], set.identity(1, 0)));
    const Tensor both = draw_unet_batch(set, 32, LatentSize::kSmall, 0, key).identity;
    QVERIFY(both.eq(set.identity(0, 0)).flatten(1).all(1).any().item<bool>());
    fs::remove(folder / cache_file_name(latent_file_stem(false), 1));
    QVERIFY_THROWS_EXCEPTION(Error,
                             draw_unet_batch(LatentSet::open(folder, false, hash_), 1,
                                             LatentSize::kLarge, 0, key));
  }

  void two_people_are_learned_by_heart() {
    UnetTrainingOptions told = options("heart", 150);
    told.run.report_seconds = 0;
    told.run.learning_rate = 5e-3;
    std::vector<double> errors;
    TrainingReport last;
    train_unet(told, [&](const TrainingReport& report) {
      const auto error = report.values.find("error");
      if (error != report.values.end()) errors.push_back(error->second);
      last = report;
    });
    QCOMPARE(errors.size(), std::size_t{150});
    const double first = std::accumulate(errors.begin(), errors.begin() + 20, 0.0);
    const double end = std::accumulate(errors.end() - 20, errors.end(), 0.0);
    QVERIFY2(end < 0.7 * first, qPrintable(QString("%1 -> %2").arg(first).arg(end)));
    const auto& values = last.values;
    QVERIFY2(values.at("gain_500") > 1, qPrintable(QString::number(values.at("gain_500"))));
    // The photo helps; half noised, so plain a picture tells most by itself.
    QVERIFY2(values.at("error_500") < values.at("error_without"),
             qPrintable(QString("%1 of %2")
                            .arg(values.at("error_500"))
                            .arg(values.at("error_without"))));

    install_weights(told.run.out, "unet", root_ / "pack");
    install_weights(told.run.out, "conditioner", root_ / "pack");
    const ModelPack pack = ModelPack::open(root_ / "pack");
    QVERIFY(unet_schedule(pack).prediction_type == Prediction::kVelocity);
    check_unet_vae(pack);
    QCOMPARE(load_unet(pack)->config().attention.cross_attention_dim, 16);
    QCOMPARE(load_conditioner(pack)->side(), 8);
    QCOMPARE(pack.network("unet").samples_seen, std::int64_t{1200});
  }

  void a_run_goes_on_as_if_it_had_not_stopped() {
    train_unet(options("whole", 12), {});
    train_unet(options("parts", 7), {});
    UnetTrainingOptions rest = options("parts", 5);
    rest.run.resume = true;
    train_unet(rest, {});
    const TensorMap whole = weights(root_ / "whole");
    const TensorMap parts = weights(root_ / "parts");
    QCOMPARE(whole.size(), parts.size());
    for (const auto& [name, tensor] : whole) {
      QVERIFY2(at::equal(tensor, parts.at(name)), name.c_str());
    }
  }

  void a_pack_is_a_start() {
    UnetTrainingOptions from = options("from", 1);
    from.run.from = root_ / "pack";
    from.run.learning_rate = 0;
    from.networks = {};  // the pack's own sizes count
    std::int64_t samples = 0;
    train_unet(from, [&](const TrainingReport& report) { samples = report.samples_seen; });
    QCOMPARE(samples, std::int64_t{1208});
    const TensorMap before = weights(root_ / "heart");
    for (const auto& [name, tensor] : weights(root_ / "from")) {
      QVERIFY2(at::allclose(tensor, before.at(name), 1e-3, 1e-6), name.c_str());
    }
  }

  void the_last_share_is_on_large_latents() {
    UnetTrainingOptions large = options("large", 2);
    large.large_share = 0.5;
    train_unet(large, {});  // fits 16 x 16 as it fits 8 x 8
    QVERIFY(fs::exists(root_ / "large/unet.safetensors"));
  }

  void stale_latents_and_networks_of_another_size_are_refused() {
    const auto refused = [](const UnetTrainingOptions& told, ErrorCode code) {
      try {
        train_unet(told, {});
      } catch (const Error& error) {
        return error.code() == code;
      }
      return false;
    };
    UnetTrainingOptions stale = options("refused", 1);
    make_vae_pack(root_ / "other", 2);
    stale.vae_pack = root_ / "other";
    QVERIFY(refused(stale, ErrorCode::kCorrupt));
    UnetTrainingOptions wide = options("refused", 1);
    wide.networks.unet.in_channels = 16;
    QVERIFY(refused(wide, ErrorCode::kBadUsage));
    UnetTrainingOptions empty = options("refused", 1);
    empty.cache = root_ / "nowhere";
    QVERIFY(refused(empty, ErrorCode::kNotFound));

    // A UNet installed beside another VAE.
    install_weights(root_ / "heart", "unet", root_ / "other");
    QVERIFY_THROWS_EXCEPTION(Error, check_unet_vae(ModelPack::open(root_ / "other")));
  }
};

QTEST_GUILESS_MAIN(UnetTrainerTest)
#include "unet_trainer_test.moc"
