// SPDX-License-Identifier: Apache-2.0
#include "core/nn/torch.h"

#include "core/training/matting_trainer.h"

#include "core/base/error.h"
#include "core/nn/model_pack.h"
#include "core/training/install_weights.h"
#include "tests/training/plain_people.h"

#include <QTemporaryDir>
#include <QtTest>

#include <filesystem>
#include <numeric>
#include <vector>

using namespace portrait;
namespace fs = std::filesystem;

// The real trainer on a few plain people, with a small network.
class MattingTrainerTest : public QObject {
  Q_OBJECT

  QTemporaryDir folder_;
  fs::path root_ = fs::path(folder_.path().toStdString());
  MattingPeople people_ = plain_people(4);

  MattingTrainingOptions options(const char* out) const {
    MattingTrainingOptions options;
    options.run.out = root_ / out;
    options.net.stem = 8;
    options.net.widths = {8, 8, 16, 16};
    options.net.decoder = {8, 8, 8, 16};
    options.net.head = 8;
    options.run.batch = 4;
    options.run.learning_rate = 4e-3;
    options.run.report_seconds = 0;
    return options;
  }

 private Q_SLOTS:
  void an_empty_cache_says_how_to_fill_it() {
    MattingTrainingOptions empty = options("nobody");
    empty.cache = root_ / "nothing";
    try {
      train_matting(empty, {});
      QFAIL("no exception");
    } catch (const Error& error) {
      QCOMPARE(error.code(), ErrorCode::kNotFound);
      QVERIFY2(error.message().find("synth --portraits") != std::string::npos, error.what());
    }
  }

  void the_loss_falls_and_people_held_out_are_scored() {
    MattingTrainingOptions some = options("falls");
    some.run.steps = 60;
    std::vector<double> losses;
    TrainingReport last;
    train_matting_on(people_, plain_people(2), some, [&](const TrainingReport& report) {
      if (report.values.count("difference")) losses.push_back(report.values.at("difference"));
      last = report;
    });
    QCOMPARE(last.samples_seen, std::int64_t{240});
    QCOMPARE(losses.size(), std::size_t{60});
    const double first = std::accumulate(losses.begin(), losses.begin() + 10, 0.0) / 10;
    const double final = std::accumulate(losses.end() - 10, losses.end(), 0.0) / 10;
    QVERIFY2(final < 0.7 * first, qPrintable(QString("%1 -> %2").arg(first).arg(final)));
    QCOMPARE(last.values.at("people"), 4.0);
    QVERIFY2(last.values.at("iou") > 0.5 && last.values.at("iou") <= 1,
             qPrintable(QString::number(last.values.at("iou"))));
    QVERIFY(last.values.at("mae") > 0 && last.values.at("mae") < 0.4);
  }

  // From the same checkpoint the same steps are taken, and they are other ones than before it.
  void a_run_goes_on_from_its_checkpoint() {
    MattingTrainingOptions run = options("whole");
    run.run.steps = 3;
    train_matting_on(people_, {}, run, {});
    const fs::path checkpoint = run.run.out / "checkpoint.safetensors";
    const TensorMap start = load_tensors(SafetensorsFile(checkpoint));
    run.run.resume = true;
    std::vector<TensorMap> ends;
    for (const char* name : {"once", "again"}) {
      MattingTrainingOptions more = run;
      more.run.out = root_ / name;
      fs::create_directories(more.run.out);
      fs::copy_file(checkpoint, more.run.out / "checkpoint.safetensors");
      std::int64_t samples = 0;
      train_matting_on(people_, {}, more, [&](const TrainingReport& report) {
        samples = report.samples_seen;
      });
      QCOMPARE(samples, std::int64_t{24});
      ends.push_back(load_tensors(SafetensorsFile(more.run.out / "checkpoint.safetensors")));
    }
    QCOMPARE(ends[0].size(), ends[1].size());
    for (const auto& [name, tensor] : ends[0]) {
      QVERIFY2(at::equal(tensor, ends[1].at(name)), name.c_str());
    }
    QVERIFY(!at::equal(ends[0].at("stem.weight"), start.at("stem.weight")));
  }

  void the_weights_go_into_a_pack_and_start_another_run() {
    const fs::path folder = root_ / "pack";
    install_weights(root_ / "once", "matting", folder);
    const ModelPack pack = ModelPack::open(folder);
    QCOMPARE(pack.network("matting").samples_seen, std::int64_t{24});
    const auto net = load_matte_net(pack);
    QCOMPARE(net->config().stem, 8);
    {
      const at::NoGradGuard no_grad;
      const Tensor out = net->forward(at::full({1, 5, 256, 256}, 0.5F));
      QVERIFY(at::isfinite(out).all().item<bool>());
    }
    MattingTrainingOptions from = options("from");
    from.net = {};  // the pack's is what counts
    from.run.from = folder;
    from.run.steps = 1;
    std::int64_t samples = 0;
    train_matting_on(people_, {}, from,
                     [&](const TrainingReport& report) { samples = report.samples_seen; });
    QCOMPARE(samples, std::int64_t{28});
  }
};

QTEST_GUILESS_MAIN(MattingTrainerTest)
#include "matting_trainer_test.moc"
