// SPDX-License-Identifier: Apache-2.0
// `portrait pack run` against outputs of the published implementation.
#include "core/nn/torch.h"

#include "core/diffusion/autoencoder_config.h"
#include "core/nn/model_pack.h"
#include "tests/app/run_portrait.h"
#include "tests/diffusion/closed_form_weights.h"

#include <QTemporaryDir>
#include <QtTest>

using namespace portrait;

namespace {

constexpr const char* kFixture = PORTRAIT_SOURCE_DIR "/tests/data/vae_small.safetensors";

QString make_pack(const std::filesystem::path& folder) {
  AutoencoderConfig config;
  config.block_out_channels = {16, 32, 32, 32};
  config.norm_num_groups = 8;
  save_tensors(folder / "vae.safetensors", closed_form_weights(SafetensorsFile(kFixture)));
  PackNetwork network;
  network.id = "vae";
  network.file = "vae.safetensors";
  network.config = to_json(config);
  add_network(folder, network);
  return QString::fromStdString(folder.string());
}

}  // namespace

class PackRunTest : public QObject {
  Q_OBJECT

 private Q_SLOTS:
  void vae_meets_its_fixture() {
    const QTemporaryDir folder;
    const QString pack = make_pack(folder.path().toStdString());
    const QString out = folder.filePath("out.safetensors");
    const RunResult ran =
        run_portrait({"pack", "run", "vae", "--pack", pack, "--in", kFixture, "--out", out});
    QVERIFY2(ran.code == 0, qPrintable(ran.err));
    const SafetensorsFile expected(kFixture);
    const SafetensorsFile found(out.toStdString());
    for (const char* name : {"mean", "logvar", "dec"}) {
      const Tensor truth = to_tensor(expected.at(name));
      const Tensor difference = (to_tensor(found.at(name)) - truth).abs().max();
      QVERIFY2((difference / truth.abs().max()).item<double>() < 1e-4, name);
    }
  }

  void vae_refuses_what_it_cannot_take() {
    const QTemporaryDir folder;
    const QString pack = make_pack(folder.path().toStdString());
    const std::filesystem::path in = folder.filePath("in.safetensors").toStdString();
    const auto run = [&](const TensorMap& inputs) {
      save_tensors(in, inputs);
      return run_portrait({"pack", "run", "vae", "--pack", pack, "--in",
                           QString::fromStdString(in.string()), "--out",
                           folder.filePath("out.safetensors")});
    };
    const RunResult odd = run({{"img", at::zeros({1, 3, 60, 64})}});
    QCOMPARE(odd.code, 3);
    QVERIFY2(odd.err.contains("multiples of 8"), qPrintable(odd.err));
    const RunResult none = run({{"other", at::zeros({1})}});
    QCOMPARE(none.code, 3);
    QVERIFY2(none.err.contains("mean"), qPrintable(none.err));
    QVERIFY(!QFile::exists(folder.filePath("out.safetensors")));
  }
};

QTEST_GUILESS_MAIN(PackRunTest)
#include "pack_run_test.moc"
