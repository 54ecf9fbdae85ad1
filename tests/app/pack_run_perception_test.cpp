// SPDX-License-Identifier: Apache-2.0
// `portrait pack run` of CLIP's towers, LPIPS and the face network.
#include "core/nn/torch.h"

#include "core/clip/clip_config.h"
#include "core/perception/iresnet.h"
#include "core/perception/lpips.h"
#include "tests/app/run_portrait.h"
#include "tests/clip/small_clip.h"
#include "tests/perception/small_iresnet.h"
#include "tests/support/small_pack.h"

#include <nlohmann/json.hpp>

#include <QTemporaryDir>
#include <QtTest>

using namespace portrait;

class PackRunPerceptionTest : public QObject {
  Q_OBJECT

  const QTemporaryDir folder_;
  // A pack of its own for each network: opening one reads all of it.
  const std::filesystem::path packs_ = folder_.path().toStdString();
  const std::filesystem::path in_ = folder_.filePath("in.safetensors").toStdString();
  const QString out_ = folder_.filePath("out.safetensors");
  const SafetensorsFile fixture_{kSmallClip};
  const TensorMap faces_ = small_iresnet_weights({{1, 1, 1, 1}});
  TensorMap lpips_;

  RunResult run(const char* network, const TensorMap& inputs) {
    QFile::remove(out_);
    save_tensors(in_, inputs);
    return run_portrait({"pack", "run", network, "--pack", folder_.filePath(network), "--in",
                         QString::fromStdString(in_.string()), "--out", out_});
  }
  Tensor found(const char* name) { return to_tensor(SafetensorsFile(out_.toStdString()).at(name)); }

 private Q_SLOTS:
  void initTestCase() {
    const auto add = [&](const char* id, const TensorMap& tensors, const nlohmann::json& config) {
      std::filesystem::create_directory(packs_ / id);
      add_small_network(packs_ / id, id, tensors, config);
      const RunResult verified = run_portrait({"pack", "verify", folder_.filePath(id)});
      QVERIFY2(verified.code == 0, qPrintable(verified.err));
      QVERIFY2(!verified.out.contains("does not use"), qPrintable(verified.out));
    };
    const TensorMap clip = small_clip_weights(fixture_);
    add("text_encoder", clip, to_json(small_text_config()));
    add("clip_vision", clip, to_json(small_vision_config()));
    Parameters drawn = Parameters::random(5);
    const Lpips network(drawn, {});
    for (const auto& [name, tensor] : drawn.named()) lpips_[name] = tensor;
    add("lpips", lpips_, {{"trunk", "alex"}});
    add("arcface", faces_, {{"layers", {1, 1, 1, 1}}});
  }

  void the_towers_meet_their_fixture() {
    const RunResult text = run("text_encoder", {{"ids", to_tensor(fixture_.at("ids"))}});
    QVERIFY2(text.code == 0, qPrintable(text.err));
    QVERIFY(relative_difference(found("last_hidden"), to_tensor(fixture_.at("last_hidden"))) <
            1e-4);
    QVERIFY(relative_difference(found("pooled"), to_tensor(fixture_.at("txt_emb"))) < 1e-4);
    const RunResult vision = run("clip_vision", {{"img", to_tensor(fixture_.at("img"))}});
    QVERIFY2(vision.code == 0, qPrintable(vision.err));
    QVERIFY(relative_difference(found("emb"), to_tensor(fixture_.at("img_emb"))) < 1e-4);
  }

  void judges_answer_as_the_library_does() {
    const at::NoGradGuard no_grad;
    const Tensor a = (at::arange(2 * 3 * 40 * 33, at::kFloat) * 0.37).sin().view({2, 3, 40, 33});
    const Tensor b = a.flip({3}).contiguous();
    const RunResult lpips = run("lpips", {{"a", a}, {"b", b}});
    QVERIFY2(lpips.code == 0, qPrintable(lpips.err));
    QCOMPARE(found("distance").sizes(), at::IntArrayRef({2}));
    QVERIFY(relative_difference(found("distance"), (*load_lpips(lpips_, {}))(a, b)) < 1e-5);
    const Tensor crops =
        (at::arange(3 * 112 * 112, at::kFloat) * 0.1).cos().abs().view({1, 3, 112, 112});
    const RunResult face = run("arcface", {{"crops", crops}});
    QVERIFY2(face.code == 0, qPrintable(face.err));
    QVERIFY(relative_difference(found("emb"), (*load_iresnet(faces_))(crops)) < 1e-5);
  }

  void what_does_not_fit_is_refused() {
    const auto refused = [&](const char* network, const TensorMap& inputs, const char* word) {
      const RunResult ran = run(network, inputs);
      return ran.code == 3 && ran.err.contains(word) && !QFile::exists(out_);
    };
    QVERIFY(refused("text_encoder", {{"ids", at::zeros({1, 4})}}, "whole numbers"));
    QVERIFY(refused("text_encoder", {{"ids", at::zeros({1, 78}, at::kLong)}}, "77 at most"));
    QVERIFY(refused("text_encoder", {{"ids", at::full({1, 4}, 100, at::kLong)}}, "vocabulary"));
    QVERIFY(refused("clip_vision", {{"img", at::zeros({1, 3, 31, 32})}}, "img"));
    QVERIFY(refused("lpips", {{"a", at::zeros({1, 3, 40, 40})}}, "\"b\""));
    QVERIFY(refused("lpips", {{"a", at::zeros({1, 3, 20, 40})}, {"b", at::zeros({1, 3, 20, 40})}},
                    "the least"));
    QVERIFY(refused("arcface", {{"crops", at::zeros({1, 3, 128, 128})}}, "crops"));
  }
};

QTEST_GUILESS_MAIN(PackRunPerceptionTest)
#include "pack_run_perception_test.moc"
