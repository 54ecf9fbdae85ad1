// SPDX-License-Identifier: Apache-2.0
#include "core/nn/torch.h"

#include "core/base/error.h"
#include "core/nn/model_pack.h"
#include "core/training/frontal_view.h"
#include "core/training/install_weights.h"
#include "core/training/mean_surface.h"
#include "core/training/prior_trainer.h"
#include "core/training/subject_batch.h"
#include "core/nn/torch_safetensors.h"
#include "core/training/subject_cache.h"

#include "tests/training/head_data.h"

#include <QtTest>

#include <cmath>
#include <filesystem>

using namespace portrait;
namespace fs = std::filesystem;

// The real cache of a few real subjects, and a few real steps.
class PriorTrainerTest : public QObject {
  Q_OBJECT

  QTemporaryDir folder_;
  fs::path cache_;

 private Q_SLOTS:
  void initTestCase() {
    SubjectCacheOptions options;
    options.folder = cache_ = fs::path(folder_.path().toStdString()) / "cache";
    if (!use_head_data(options)) QSKIP("The head model is not beside the project");
    options.count = 4;
    options.photos_per_subject = 2;
    int last = 0;
    fill_subject_cache(options, [&](int done, int) { last = done; });
    QCOMPARE(last, 4);
    QCOMPARE(list_subject_cache(cache_).size(), std::size_t{4});
  }

  void subjects_are_held_back_and_some_are_left() {
    std::vector<fs::path> files = list_subject_cache(cache_);
    const std::vector<fs::path> all = files;
    QCOMPARE(hold_back_subjects(files, 16), (std::vector<fs::path>{all[0], all[1]}));
    QCOMPARE(files, (std::vector<fs::path>{all[2], all[3]}));
    QCOMPARE(hold_back_subjects(files, 1), (std::vector<fs::path>{all[2]}));
    QVERIFY_THROWS_EXCEPTION(Error, hold_back_subjects(files, 1));
  }

  void points_of_the_cache_agree_with_one_another() {
    const SafetensorsFile file(list_subject_cache(cache_).front());
    const Tensor points = to_tensor(file.at("occupancy_points")).to(at::kFloat) / kPointScale;
    const Tensor inside = to_tensor(file.at("occupancy"));
    // The middle of the head is matter; the corners of the cube are not.
    const Tensor from_middle = points.norm(2, {1});
    const auto share = [&](const Tensor& where) {
      return inside.index({where}).to(at::kFloat).mean().item<float>();
    };
    QVERIFY(share(from_middle < 0.1) > 0.95F);
    QVERIFY(share((points.select(1, 1) > 0.35) & (from_middle > 0.6)) < 0.05F);
  }

  void the_mean_surface_has_its_face_in_front() {
    const Tensor surface = mean_surface(list_subject_cache(cache_), 2, 64);
    QCOMPARE(surface.sizes(), at::IntArrayRef({3, 2, 64, 64}));
    const float front = surface[0][1][32][32].item<float>();
    const float back = surface[0][0][32][32].item<float>();
    QVERIFY2(front > 0.1F && front < 0.4F, std::to_string(front).c_str());
    QVERIFY2(back < -0.1F && back > -0.4F, std::to_string(back).c_str());
  }

  void the_same_key_draws_the_same_batch() {
    SubjectBatches batches(list_subject_cache(cache_), {2, 256, 128, true, false});
    RandomStream first({1, 2, 3, 4});
    RandomStream second({1, 2, 3, 4});
    const SubjectBatch a = batches.draw(first);
    const SubjectBatch b = batches.draw(second);
    QVERIFY(at::equal(a.photo, b.photo));
    QVERIFY(at::equal(a.surface_rgb, b.surface_rgb));
    QVERIFY(a.photo.min().item<float>() >= 0 && a.photo.max().item<float>() <= 1);
  }

  void the_frontal_variant_sees_nothing_of_the_back() {
    const auto draw = [&](bool frontal) {
      SubjectBatches batches(list_subject_cache(cache_), {8, 2048, 2048, false, frontal});
      RandomStream random({1, 2, 3, 4});
      return batches.draw(random);
    };
    const SubjectBatch all = draw(false);
    const SubjectBatch front = draw(true);
    QCOMPARE(all.occupancy_weight.min().item<float>(), 1.0F);
    // The back of the head, where hair or skin is the farthest from the face.
    const auto at_the_back = [](const SubjectBatch& batch) {
      const Tensor p = batch.surface_points;
      return ((p.select(2, 2) < -0.1) & (p.select(2, 0).abs() < 0.08) & (p.select(2, 1) > 0) &
              (p.select(2, 1) < 0.15))
          .to(at::kFloat)
          .mean()
          .item<double>();
    };
    QVERIFY2(at_the_back(all) > 0.005, std::to_string(at_the_back(all)).c_str());
    QVERIFY2(at_the_back(front) < 0.5 * at_the_back(all),
             std::to_string(at_the_back(front)).c_str());
    for (int b = 0; b < 8; ++b) {
      QVERIFY(FrontalView::is_frontal(front.cameras[b]));
      QVERIFY(FrontalView::is_frontal(front.patch_cameras[b]));
    }
    // Both kinds are known of some points, neither of all.
    const Tensor known = front.occupancy_weight.gt(0);
    const auto share = [](const Tensor& mask) { return mask.to(at::kFloat).mean().item<double>(); };
    QVERIFY(share(known & front.occupancy.gt(0.5)) > 0.05);
    QVERIFY(share(known & front.occupancy.lt(0.5)) > 0.15);
    QVERIFY(share(known) < 0.95);
    // Matter deep inside is not known, though the cache has it.
    const Tensor deep = front.occupancy_points.norm(2, {2}) < 0.08;
    QCOMPARE((known & deep).sum().item<std::int64_t>(), std::int64_t{0});
  }

  void a_frontal_prior_is_trained_and_says_so() {
    PriorTrainingOptions options;
    options.cache = cache_;
    options.run.out = fs::path(folder_.path().toStdString()) / "frontal";
    options.encoder.token_layers = 1;
    options.run.batch = 1;
    options.occupancy_points = 512;
    options.surface_points = 256;
    options.run.steps = 2;
    options.run.report_seconds = 0;
    options.rendered_share = 0;
    options.validation = 1;
    options.frontal = true;
    std::vector<TrainingReport> reports;
    train_prior(options, [&](const TrainingReport& report) { reports.push_back(report); });
    QVERIFY(std::isfinite(reports.front().values.at("matter")));
    QVERIFY(reports.back().values.at("validation_iou") <= 1);
    const SafetensorsFile weights(options.run.out / "prior.safetensors");
    bool said = false;
    for (const auto& [key, value] : weights.metadata())
      said = said || value.find("45 degrees") != std::string::npos;
    QVERIFY(said);
  }

  void steps_lower_the_losses_and_a_run_goes_on_where_it_stopped() {
    PriorTrainingOptions options;
    options.cache = cache_;
    options.run.out = fs::path(folder_.path().toStdString()) / "out";
    options.encoder.token_layers = 1;
    options.run.batch = 1;
    options.occupancy_points = 1024;
    options.surface_points = 512;
    options.run.minutes = 30;
    options.run.steps = 55;
    options.run.report_seconds = 0;
    options.rendered_share = 0.1;
    options.validation = 1;
    std::vector<TrainingReport> reports;
    const auto keep = [&](const TrainingReport& report) { reports.push_back(report); };
    train_prior(options, keep);
    QCOMPARE(reports.size(), std::size_t{56});  // each step and the end
    const auto mean = [&](const char* name, std::size_t first) {
      double sum = 0;
      for (std::size_t i = first; i < first + 20; ++i) sum += reports[i].values.at(name) / 20;
      return sum;
    };
    QVERIFY(mean("colour", 30) < mean("colour", 0));
    QVERIFY(mean("matter", 30) < mean("matter", 0));
    QVERIFY(reports[54].values.count("opacity") == 1);  // the last steps are rendered
    QVERIFY(reports[0].values.count("opacity") == 0);
    QVERIFY(reports.back().values.count("validation_iou") == 1);
    QVERIFY(fs::exists(options.run.out / "prior.safetensors"));
    const std::int64_t reached = reports.back().step;

    options.run.resume = true;
    options.run.steps = 2;
    reports.clear();
    train_prior(options, keep);
    QCOMPARE(reports.back().step, reached + 2);

    // The weights of a pack as the start: nothing is lost on the way through the pack.
    const fs::path pack = fs::path(folder_.path().toStdString()) / "pack";
    install_weights(options.run.out, "prior", pack);
    options.run.resume = false;
    options.run.from = pack;
    options.run.out = fs::path(folder_.path().toStdString()) / "from_pack";
    options.run.steps = 1;
    options.run.learning_rate = 0;
    reports.clear();
    train_prior(options, keep);
    QCOMPARE(reports.back().samples_seen, reached + 2 + 1);
    const ModelPack opened = ModelPack::open(pack);
    const TensorMap before = load_tensors(*opened.network("prior").weights);
    const TensorMap after =
        load_tensors(SafetensorsFile(options.run.out / "prior.safetensors"));
    QCOMPARE(after.size(), before.size());
    for (const auto& [name, tensor] : before) {
      QVERIFY2(at::allclose(after.at(name), tensor, 2e-3, 1e-6), name.c_str());
    }

    // Finishing leaves alone what the network understands of a photo.
    options.run.out = fs::path(folder_.path().toStdString()) / "finished";
    options.run.steps = 2;
    options.run.learning_rate = 0.01;
    options.rendered_share = 1;
    options.texture = 1;
    options.finish = true;
    reports.clear();
    train_prior(options, keep);
    QVERIFY(reports.front().values.at("texture") > 0);
    const TensorMap finished = load_tensors(SafetensorsFile(options.run.out / "prior.safetensors"));
    QCOMPARE(finished.size(), before.size());
    const auto moved = [&](const std::string& name) {
      return !at::allclose(finished.at(name), before.at(name), 2e-3, 1e-6);
    };
    for (const char* name : {"encoder.encoder.0.down.weight", "encoder.tokens.layers.0.out.weight",
                             "encoder.generator.0.0.up64.weight", "encoder.surface"}) {
      QVERIFY2(!moved(name), name);
    }
    for (const char* name :
         {"encoder.generator.0.0.up128.weight", "encoder.generator.2.1.out.weight",
          "encoder.mean_planes", "superresolution.up1.weight"}) {
      QVERIFY2(moved(name), name);
    }
  }

  void a_folder_without_subjects_says_what_to_do() {
    QTemporaryDir empty;
    PriorTrainingOptions options;
    options.cache = empty.path().toStdString();
    QVERIFY_EXCEPTION_THROWN(train_prior(options, [](const TrainingReport&) {}), Error);
  }
};

QTEST_GUILESS_MAIN(PriorTrainerTest)
#include "prior_trainer_test.moc"
