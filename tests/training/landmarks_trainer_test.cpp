// SPDX-License-Identifier: Apache-2.0
#include "core/nn/torch.h"

#include "core/base/error.h"
#include "core/nn/model_pack.h"
#include "core/nn/safetensors.h"
#include "core/photo/landmark_net.h"
#include "core/training/install_weights.h"
#include "core/training/landmarks_trainer.h"

#include "tests/training/head_data.h"

#include <QtTest>

#include <filesystem>
#include <numeric>
#include <vector>

using namespace portrait;
namespace fs = std::filesystem;

// The real trainer on a real cache of a few subjects.
class LandmarksTrainerTest : public QObject {
  Q_OBJECT

  QTemporaryDir folder_;
  fs::path root_;

  LandmarkTrainingOptions options() const {
    LandmarkTrainingOptions options;
    options.cache = root_ / "faces";
    options.run.out = root_ / "out";
    options.net.stem = 8;
    options.net.widths = {8, 16, 16, 16};
    options.net.decoder = 16;
    options.run.batch = 8;
    options.run.report_seconds = 0;
    options.run.minutes = 20;
    options.run.steps = 200;
    return options;
  }

 private Q_SLOTS:
  void initTestCase() {
    root_ = fs::path(folder_.path().toStdString());
    LandmarkCacheOptions cache;
    cache.folder = root_ / "faces";
    if (!use_head_data(cache)) QSKIP("The head model is not beside the project");
    cache.count = 3;
    cache.photos_per_subject = 4;
    fill_landmark_cache(cache, {});
    cache.held_out = true;
    cache.first = 100;
    cache.count = 1;
    fill_landmark_cache(cache, {});
    QCOMPARE(list_landmark_cache(cache.folder, false).size(), std::size_t{3});
    QCOMPARE(list_landmark_cache(cache.folder, true).size(), std::size_t{1});
  }

  void an_empty_cache_says_how_to_fill_it() {
    LandmarkTrainingOptions empty = options();
    empty.cache = root_ / "nothing";
    try {
      train_landmarks(empty, {});
      QFAIL("no exception");
    } catch (const Error& e) {
      QCOMPARE(e.code(), ErrorCode::kNotFound);
      QVERIFY2(e.message().find("synth --landmarks") != std::string::npos, e.what());
    }
  }

  void points_of_the_cache_lie_on_the_crop() {
    LandmarkFaces faces;
    for (const auto& file : list_landmark_cache(root_ / "faces", false)) {
      append_landmark_faces(file, faces);
    }
    QCOMPARE(faces.count(), 12);
    int inside = 0;
    for (const float v : faces.points) inside += v >= 0 && v <= float(kLandmarkCachePx);
    QVERIFY(inside > int(faces.points.size() * 95 / 100));
    for (int i = 0; i < faces.count(); ++i) {
      const float* p = faces.points.data() + std::size_t(i) * 136;
      QVERIFY(p[2 * 8 + 1] > p[2 * 27 + 1]);  // the chin is below the bridge of the nose
    }
  }

  void points_come_nearer_and_a_run_goes_on_where_it_stopped() {
    std::vector<double> errors;
    std::int64_t samples = 0;
    train_landmarks(options(), [&](const TrainingReport& report) {
      samples = report.samples_seen;
      const auto error = report.values.find("points_px");
      if (error != report.values.end()) errors.push_back(error->second);
    });
    QCOMPARE(errors.size(), std::size_t{200});
    const double first = std::accumulate(errors.begin(), errors.begin() + 10, 0.0);
    const double last = std::accumulate(errors.end() - 10, errors.end(), 0.0);
    QVERIFY2(last < 0.8 * first, qPrintable(QString("%1 -> %2 px").arg(first).arg(last)));

    LandmarkTrainingOptions more = options();
    more.run.resume = true;
    more.run.steps = 5;
    std::int64_t after = 0;
    train_landmarks(more, [&](const TrainingReport& report) { after = report.samples_seen; });
    QCOMPARE(after, samples + 5 * 8);
    const SafetensorsFile file(options().run.out / "landmarks.safetensors");
    QCOMPARE(file.metadata().at("samples_seen"), std::to_string(after));
  }

  void the_weights_go_into_a_pack() {
    const fs::path folder = root_ / "pack";
    install_weights(options().run.out, "landmarks", folder);
    const ModelPack pack = ModelPack::open(folder);
    QVERIFY(pack.network("landmarks").samples_seen > 0);
    const auto net = load_landmark_net(pack);
    QCOMPARE(net->config().stem, 8);
    const LandmarkNet::Output out = net->forward(at::full({1, 3, 128, 128}, 0.5F));
    QVERIFY(at::isfinite(out.points).all().item<bool>());
  }
};

QTEST_GUILESS_MAIN(LandmarksTrainerTest)
#include "landmarks_trainer_test.moc"
