// SPDX-License-Identifier: Apache-2.0
// `portrait pack run` against outputs of the published implementation.
#include "core/nn/torch.h"

#include "core/base/random.h"
#include "core/diffusion/autoencoder_config.h"
#include "core/diffusion/hpdm.h"
#include "core/prior/photo_lift.h"
#include "tests/app/run_portrait.h"
#include "tests/diffusion/closed_form_weights.h"
#include "tests/diffusion/small_networks.h"

#include <QTemporaryDir>
#include <QtTest>

using namespace portrait;

namespace {

constexpr const char* kUNet = PORTRAIT_SOURCE_DIR "/tests/data/unet_small.safetensors";
constexpr const char* kBrushNet = PORTRAIT_SOURCE_DIR "/tests/data/brushnet_small.safetensors";
constexpr const char* kFixture = PORTRAIT_SOURCE_DIR "/tests/data/vae_small.safetensors";

QString make_pack(const std::filesystem::path& folder) {
  AutoencoderConfig config;
  config.block_out_channels = {16, 32, 32, 32};
  config.norm_num_groups = 8;
  add_small_network(folder, "vae", closed_form_weights(SafetensorsFile(kFixture)),
                    to_json(config));
  return QString::fromStdString(folder.string());
}

QString make_diffusion_pack(const std::filesystem::path& folder) {
  ControlConfig control;
  control.sizes = small_sizes();
  add_small_network(folder, "unet", closed_form_weights(SafetensorsFile(kUNet)),
                    to_json(small_unet_config()));
  add_small_network(folder, "brushnet", closed_form_weights(SafetensorsFile(kBrushNet)),
                    to_json(control));
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

  void unet_meets_its_fixture() {
    const QTemporaryDir folder;
    const QString pack = make_diffusion_pack(folder.path().toStdString());
    const QString out = folder.filePath("out.safetensors");
    const RunResult ran =
        run_portrait({"pack", "run", "unet", "--pack", pack, "--in", kUNet, "--out", out});
    QVERIFY2(ran.code == 0, qPrintable(ran.err));
    QVERIFY(relative_difference(to_tensor(SafetensorsFile(out.toStdString()).at("y")),
                                to_tensor(SafetensorsFile(kUNet).at("y"))) < 1e-4);
    const RunResult verified = run_portrait({"pack", "verify", pack});
    QVERIFY2(verified.code == 0, qPrintable(verified.err));
  }

  // The branch's outputs, at the fixture's scale, steer the UNet in a second run.
  void brushnet_and_the_unet_it_steers_meet_their_fixture() {
    const QTemporaryDir folder;
    const QString pack = make_diffusion_pack(folder.path().toStdString());
    const SafetensorsFile fixture(kBrushNet);
    TensorMap tensors = load_tensors(fixture);
    tensors["scale"] = at::full({1}, 0.7);
    const std::filesystem::path in = folder.filePath("in.safetensors").toStdString();
    const QString features = folder.filePath("features.safetensors");
    const auto run = [&](const char* network, const QString& out) {
      save_tensors(in, tensors);
      return run_portrait({"pack", "run", network, "--pack", pack, "--in",
                           QString::fromStdString(in.string()), "--out", out});
    };
    const RunResult branch = run("brushnet", features);
    QVERIFY2(branch.code == 0, qPrintable(branch.err));
    const TensorMap found = load_tensors(SafetensorsFile(features.toStdString()));
    QCOMPARE(found.size(), std::size_t{28});
    for (const auto& [name, tensor] : found) {
      QVERIFY2(relative_difference(tensor, to_tensor(fixture.at(name))) < 1e-4, name.c_str());
      tensors[name] = tensor;
    }
    const QString out = folder.filePath("out.safetensors");
    const RunResult steered = run("unet", out);
    QVERIFY2(steered.code == 0, qPrintable(steered.err));
    QVERIFY(relative_difference(to_tensor(SafetensorsFile(out.toStdString()).at("y")),
                                to_tensor(fixture.at("y"))) < 1e-4);
    tensors.erase("up3");
    const RunResult lacking = run("unet", out);
    QCOMPARE(lacking.code, 3);
    QVERIFY2(lacking.err.contains("up3"), qPrintable(lacking.err));
    tensors["x"] = at::zeros({2, 4, 12, 16});
    QCOMPARE(run("brushnet", out).code, 3);
  }

  void hpdm_answers_as_the_library_does() {
    const at::NoGradGuard no_grad;
    const QTemporaryDir folder;
    HpdmConfig config;
    config.control.sizes = small_sizes();
    Parameters parameters = Parameters::random(6);
    const Hpdm hpdm(parameters, config);
    TensorMap weights;
    for (const auto& [name, tensor] : parameters.named()) weights[name] = tensor + 0.01;
    add_small_network(folder.path().toStdString(), "hpdm", weights, to_json(config));
    auto draw = [index = 0U](at::IntArrayRef shape) mutable {
      Tensor tensor = at::empty(shape);
      RandomStream({2, random_purpose("pack run hpdm"), index++, 0})
          .fill_normal({tensor.data_ptr<float>(), std::size_t(tensor.numel())});
      return tensor;
    };
    TensorMap in;
    for (const char* name : {"x", "projected", "driving", "normals", "coarse"}) {
      in[name] = draw({1, 4, 16, 16});
    }
    in["known"] = at::ones({1, 1, 16, 16});
    in["t"] = at::full({1}, 300, at::kLong);
    in["weights"] = at::tensor({1.0F, 0.5F, 0.8F});
    in["depth"] = at::full({1, 32, 32}, 2.5);
    in["cameras"] = camera_tensor(rig_camera({0, 0})).unsqueeze(0);
    in["targets"] = camera_tensor(rig_camera({20, 0})).unsqueeze(0);
    const auto run = [&] {
      save_tensors(folder.filePath("in.safetensors").toStdString(), in);
      return run_portrait({"pack", "run", "hpdm", "--pack", folder.path(), "--in",
                           folder.filePath("in.safetensors"), "--out",
                           folder.filePath("out.safetensors")});
    };
    const RunResult ran = run();
    QVERIFY2(ran.code == 0, qPrintable(ran.err));
    HpdmView view{in["projected"], in["known"], in["driving"], in["normals"], in["coarse"], {}, {}};
    DrivingView driving;
    driving.camera = rig_camera({0, 0});
    driving.depth = in["depth"][0];
    view.links.emplace_back(driving, rig_camera({20, 0}), 16, 16, config.control.sizes);
    const HpdmWeights parts{1, 0.5, 0.8};
    const auto library = load_hpdm(weights, config);
    const std::vector<Tensor> expected =
        (*library)(in["x"], in["t"], view, library->conditioning(view, parts), parts);
    const TensorMap found =
        load_tensors(SafetensorsFile(folder.filePath("out.safetensors").toStdString()));
    const std::vector<FeatureSite> sites = feature_sites(config.control.sizes);
    QCOMPARE(found.size(), sites.size() + 1);
    for (std::size_t i = 0; i < sites.size(); ++i) {
      QVERIFY2(relative_difference(found.at(sites[i].name()), expected[i]) < 1e-4,
               sites[i].name().c_str());
    }
    in.erase("driving");
    QVERIFY(run().err.contains("driving"));
  }
};

QTEST_GUILESS_MAIN(PackRunTest)
#include "pack_run_test.moc"
