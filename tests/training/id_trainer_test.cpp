// SPDX-License-Identifier: Apache-2.0
#include "core/nn/torch.h"

#include "core/base/error.h"
#include "core/nn/model_pack.h"
#include "core/nn/random_tensor.h"
#include "core/training/id_trainer.h"
#include "core/training/install_weights.h"

#include "tests/training/painted_people.h"

#include <QtTest>

#include <cmath>
#include <numeric>
#include <vector>

using namespace portrait;
namespace fs = std::filesystem;

class IdTrainerTest : public QObject {
  Q_OBJECT

  QTemporaryDir folder_;
  fs::path root_;

  IdTrainingOptions options(const char* out, std::int64_t steps) const {
    IdTrainingOptions options;
    options.cache = root_ / "people";
    options.run.out = root_ / out;
    options.net.trunk = {6, {8, 8, 12}};
    options.net.reduced = 4;
    options.net.embedding = 16;
    options.run.batch = 16;
    options.run.report_seconds = 0;
    options.run.minutes = 20;
    options.run.steps = steps;
    options.schedule = {.warm_up_steps = 1, .final_rate = 1};
    return options;
  }

 private Q_SLOTS:
  void initTestCase() {
    root_ = fs::path(folder_.path().toStdString());
    write_painted_people(root_ / "people", 10);
  }

  // Two people of two photos each, by the definition.
  void the_loss_is_its_equation() {
    const Tensor embeddings = at::tensor({1.0, 0.0, 0.8, 0.6, 0.0, 1.0, -0.6, 0.8}).view({4, 2});
    const Tensor person = at::tensor(std::vector<std::int64_t>{3, 3, 5, 5}, at::kLong);
    constexpr double kTemperature = 0.5;
    const auto likeness = [&](int i, int j) {
      return (embeddings[i] * embeddings[j]).sum().item<double>() / kTemperature;
    };
    double expected = 0;
    for (int i = 0; i < 4; ++i) {
      double all = 0;
      for (int j = 0; j < 4; ++j) all += j == i ? 0 : std::exp(likeness(i, j));
      expected -= (likeness(i, i ^ 1) - std::log(all)) / 4;
    }
    const double told = contrastive_loss(embeddings, person, kTemperature).item<double>();
    QVERIFY(std::abs(told - expected) < 1e-9);
    // More photos of a person: their mean.
    const Tensor one = at::tensor(std::vector<std::int64_t>{1, 1, 1, 1}, at::kLong);
    double mean = 0;
    for (int i = 0; i < 4; ++i) {
      double all = 0, own = 0;
      for (int j = 0; j < 4; ++j) {
        if (j == i) continue;
        all += std::exp(likeness(i, j));
        own += likeness(i, j) / 3;
      }
      mean -= (own - std::log(all)) / 4;
    }
    QVERIFY(std::abs(contrastive_loss(embeddings, one, kTemperature).item<double>() - mean) < 1e-9);
  }

  void pairs_from_the_side_are_left_out_of_the_score() {
    IdentityFaces faces;
    for (const auto& file : list_identity_cache(root_ / "people", true)) {
      append_identity_faces(file, faces);
    }
    const FaceIdentity net(options("none", 1).net, 1);
    const IdentityScore near = score_identity(net, faces);
    QCOMPARE(near.same, std::int64_t{2});  // one of the three photos of each is from the side
    QCOMPARE(near.different, std::int64_t{4});
    const IdentityScore all = score_identity(net, faces, 90);
    QCOMPARE(all.same, std::int64_t{6});
    QCOMPARE(all.different, std::int64_t{9});
    QVERIFY_THROWS_EXCEPTION(Error, score_identity(net, faces, 5));
  }

  void an_empty_cache_says_how_to_fill_it() {
    IdTrainingOptions empty = options("empty", 1);
    empty.cache = root_ / "nothing";
    try {
      train_id(empty, {});
      QFAIL("no exception");
    } catch (const Error& e) {
      QCOMPARE(e.code(), ErrorCode::kNotFound);
      QVERIFY2(e.message().find("synth --identities") != std::string::npos, e.what());
    }
  }

  void people_come_apart() {
    std::vector<double> losses;
    TrainingValues last;
    train_id(options("out", 120), [&](const TrainingReport& report) {
      if (report.values.count("loss") != 0) losses.push_back(report.values.at("loss"));
      if (report.values.count("auc") != 0) last = report.values;
    });
    QCOMPARE(losses.size(), std::size_t{120});
    const double first = std::accumulate(losses.begin(), losses.begin() + 10, 0.0) / 10;
    const double end = std::accumulate(losses.end() - 10, losses.end(), 0.0) / 10;
    QVERIFY2(end < 0.7 * first, qPrintable(QString("%1 -> %2").arg(first).arg(end)));
    QCOMPARE(last.at("people"), 10.0);
    QVERIFY(last.at("auc") > 0.5);

    const fs::path pack_folder = root_ / "pack";
    install_weights(root_ / "out", "id_compact", pack_folder);
    const ModelPack pack = ModelPack::open(pack_folder);
    QCOMPARE(pack.network("id_compact").samples_seen, std::int64_t{120 * 16});
    const auto net = FaceIdentity::load(pack);
    QCOMPARE(net->config().embedding, 16);
    const Tensor embedding = net->embed(at::full({1, 3, 112, 112}, 0.5F));
    QVERIFY(std::abs(embedding.norm().item<double>() - 1) < 1e-4);
    // Training goes on from the pack's weights.
    IdTrainingOptions more = options("more", 1);
    more.run.from = pack_folder;
    std::int64_t samples = 0;
    train_id(more, [&](const TrainingReport& report) { samples = report.samples_seen; });
    QCOMPARE(samples, std::int64_t{121 * 16});
  }

  void a_run_in_two_parts_is_the_run_in_one() {
    train_id(options("whole", 6), {});
    train_id(options("parts", 4), {});
    IdTrainingOptions rest = options("parts", 2);
    rest.run.resume = true;
    train_id(rest, {});
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

QTEST_GUILESS_MAIN(IdTrainerTest)
#include "id_trainer_test.moc"
