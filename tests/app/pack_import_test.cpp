// SPDX-License-Identifier: Apache-2.0
// `portrait pack import`, as its users run it, and what interrupts it.
#include "core/nn/torch.h"

#include "core/diffusion/control_branch.h"
#include "tests/app/run_portrait.h"
#include "tests/diffusion/closed_form_weights.h"
#include "tests/diffusion/small_networks.h"
#include "tests/importing/diffusers_folder.h"

#include <QTemporaryDir>
#include <QtTest>

using namespace portrait;
namespace fs = std::filesystem;

namespace {

constexpr const char* kUNet = PORTRAIT_SOURCE_DIR "/tests/data/unet_small.safetensors";
constexpr const char* kBrushNet = PORTRAIT_SOURCE_DIR "/tests/data/brushnet_small.safetensors";

}  // namespace

class PackImportTest : public QObject {
  Q_OBJECT
  QTemporaryDir temporary_;
  fs::path root_;
  QString source_;
  QString brushnet_;
  QString out_;

  QStringList import() const { return {"pack", "import", "--diffusers", source_, "--out", out_}; }
  bool left_nothing() const {
    return !QFile::exists(out_) && listing(fs::path(out_.toStdString()).parent_path()).empty();
  }
  // A network of 130 MB: copying it takes long enough to be interrupted.
  void write_large() const {
    fs::remove_all(fs::path(source_.toStdString()) / "unet");
    const nlohmann::json config = {{"hidden_size", 512},
                                   {"vocab_size", 60000},
                                   {"num_hidden_layers", 1},
                                   {"intermediate_size", 512},
                                   {"max_position_embeddings", 8}};
    TensorMap tensors;
    const std::string layer = "text_model.encoder.layers.0.";
    tensors["text_model.embeddings.token_embedding.weight"] = at::ones({60000, 512});
    tensors["text_model.embeddings.position_embedding.weight"] = at::ones({8, 512});
    const auto add = [&](const std::string& name, bool matrix) {
      tensors[name + ".weight"] = matrix ? at::ones({512, 512}) : at::ones({512});
      tensors[name + ".bias"] = at::ones({512});
    };
    for (const char* name : {"q_proj", "k_proj", "v_proj", "out_proj"}) {
      add(layer + "self_attn." + name, true);
    }
    for (const char* name : {"mlp.fc1", "mlp.fc2"}) add(layer + name, true);
    for (const char* name : {"layer_norm1", "layer_norm2"}) add(layer + name, false);
    add("text_model.final_layer_norm", false);
    write_component(fs::path(source_.toStdString()) / "text_encoder", tensors, config, at::kFloat,
                    "model");
  }

  // Starts an import and waits until it has begun to write.
  void start_and_wait_for_files(QProcess& process) const {
    start_portrait(process, import());
    const fs::path packs = fs::path(out_.toStdString()).parent_path();
    const auto begun = [&] {
      for (const std::string& name : listing(packs)) {
        if (name.find(".safetensors") != std::string::npos) return true;
      }
      return false;
    };
    for (int i = 0; i < 30000 && !begun(); ++i) QTest::qSleep(1);
  }

 private Q_SLOTS:
  void init() {
    static int number = 0;
    root_ = fs::path(temporary_.path().toStdString()) / std::to_string(number++);
    const fs::path source = root_ / "model";
    write_component(source / "unet", closed_form_weights(SafetensorsFile(kUNet)),
                    to_json(small_unet_config()));
    ControlConfig control;
    control.sizes = small_sizes();
    TensorMap branch = closed_form_weights(SafetensorsFile(kBrushNet));
    write_component(root_ / "brushnet", branch, to_json(control));
    fs::create_directories(root_ / "packs");
    source_ = QString::fromStdString(source.string());
    brushnet_ = QString::fromStdString((root_ / "brushnet").string());
    out_ = QString::fromStdString((root_ / "packs/mine").string());
    qputenv("XDG_CACHE_HOME", QByteArray::fromStdString((root_ / "cache").string()));
  }

  void an_imported_pack_is_verified_and_runs() {
    const RunResult made = run_portrait(
        import() + QStringList{"--brushnet", brushnet_, "--link", "--name", "small", "--json"});
    QVERIFY2(made.code == 0, qPrintable(made.err));
    const auto facts = nlohmann::json::parse(made.out.toStdString());
    QCOMPARE(facts.at("name").get<std::string>(), std::string("small"));
    QCOMPARE(facts.at("networks").at("brushnet").at("explicit_branch").get<std::string>(),
             std::string("trained"));
    QVERIFY2(facts.at("warnings").size() == 1 && made.err.contains("scheduler_config.json"),
             qPrintable(made.err));
    const RunResult verified = run_portrait({"pack", "verify", out_});
    QVERIFY2(verified.code == 0, qPrintable(verified.err));
    const QString answer = QString::fromStdString((root_ / "out.safetensors").string());
    const RunResult ran =
        run_portrait({"pack", "run", "unet", "--pack", out_, "--in", kUNet, "--out", answer});
    QVERIFY2(ran.code == 0, qPrintable(ran.err));
    QVERIFY(relative_difference(to_tensor(SafetensorsFile(answer.toStdString()).at("y")),
                                to_tensor(SafetensorsFile(kUNet).at("y"))) < 1e-4);
  }

  void what_makes_heads_comes_from_the_pack_that_ships() {
    const RunResult made = run_portrait(import() + QStringList{"--link", "--json"});
    QVERIFY2(made.code == 0, qPrintable(made.err));
    const auto networks = nlohmann::json::parse(made.out.toStdString()).at("networks");
    for (const char* id : {"unet", "prior", "landmarks", "matting"}) {
      QVERIFY2(networks.contains(id), id);
    }
    for (const char* id : {"vae", "conditioner", "hpdm"}) QVERIFY2(!networks.contains(id), id);
    QCOMPARE(run_portrait({"pack", "verify", out_}).code, 0);
    const RunResult alone =
        run_portrait(import() + QStringList{"--replace", "--painting-only", "--json"});
    QVERIFY2(alone.code == 0, qPrintable(alone.err));
    QCOMPARE(nlohmann::json::parse(alone.out.toStdString()).at("networks").size(), std::size_t{1});
    // What the pack that is replaced holds would be gone with it.
    const RunResult itself = run_portrait(import() + QStringList{"--replace", "--rest", out_});
    QCOMPARE(itself.code, 2);
    QCOMPARE(run_portrait({"pack", "verify", out_}).code, 0);
  }

  void one_network_is_added_once_it_is_known_to_fit() {
    QCOMPARE(run_portrait(import() + QStringList{"--painting-only"}).code, 0);
    const QString weights = brushnet_ + "/diffusion_pytorch_model.safetensors";
    const QStringList add = {"pack", "add", "brushnet", weights, "--pack", out_, "--config"};
    const auto before = listing(fs::path(out_.toStdString()));
    const RunResult misfit = run_portrait(add + QStringList{source_ + "/unet/config.json"});
    QVERIFY(misfit.code != 0 && !misfit.err.isEmpty());
    QVERIFY(listing(fs::path(out_.toStdString())) == before);
    const RunResult unknown = run_portrait({"pack", "add", "nonsense", weights, "--pack", out_});
    QVERIFY2(unknown.err.contains("nonsense"), qPrintable(unknown.err));
    QVERIFY(listing(fs::path(out_.toStdString())) == before);
    const RunResult added = run_portrait(add + QStringList{brushnet_ + "/config.json"});
    QVERIFY2(added.code == 0, qPrintable(added.err));
    QVERIFY(run_portrait({"pack", "info", out_}).out.contains("brushnet"));
    QCOMPARE(run_portrait({"pack", "verify", out_}).code, 0);
  }

  void untrained_branches_are_marked() {
    TensorMap branch = closed_form_weights(SafetensorsFile(kBrushNet));
    for (auto& [name, tensor] : branch) {
      if (name.starts_with("brushnet_")) tensor.zero_();
    }
    ControlConfig control;
    control.sizes = small_sizes();
    write_component(root_ / "brushnet", branch, to_json(control));
    QCOMPARE(run_portrait(import() + QStringList{"--brushnet", brushnet_}).code, 0);
    const RunResult told = run_portrait({"pack", "info", out_});
    QVERIFY2(told.out.contains("untrained (no effect)"), qPrintable(told.out));
  }

  void bad_calls_say_what_to_do() {
    const RunResult nothing = run_portrait({"pack", "import", "--out", out_});
    QCOMPARE(nothing.code, 2);
    QVERIFY2(nothing.err.contains("--diffusers"), qPrintable(nothing.err));
    const RunResult lora = run_portrait(import() + QStringList{"--lora", "no.safetensors:much"});
    QCOMPARE(lora.code, 2);
    QVERIFY2(lora.err.contains("FILE:SCALE"), qPrintable(lora.err));
    QVERIFY(left_nothing());
    QCOMPARE(run_portrait(import()).code, 0);
    const RunResult twice = run_portrait(import());
    QCOMPARE(twice.code, 2);
    QVERIFY2(twice.err.contains("--replace"), qPrintable(twice.err));
    QCOMPARE(run_portrait(import() + QStringList{"--replace"}).code, 0);
  }

  void a_full_disk_leaves_nothing() {
    const RunResult ran = run_portrait(import(), Trouble::kFullDisk);
    QCOMPARE(ran.code, 3);
    QVERIFY2(ran.err.contains("free some space"), qPrintable(ran.err));
    QVERIFY(left_nothing());
  }

  void a_stop_leaves_nothing() {
    write_large();
    QProcess process;
    start_and_wait_for_files(process);
    ::kill(pid_t(process.processId()), SIGINT);
    QVERIFY(process.waitForFinished(60000));
    QCOMPARE(process.exitCode(), 130);
    QVERIFY(left_nothing());
  }

  void what_a_killed_import_left_is_cleaned_up_by_the_next() {
    write_large();
    QProcess process;
    start_and_wait_for_files(process);
    process.kill();
    QVERIFY(process.waitForFinished(60000));
    QVERIFY(!QFile::exists(out_));
    QVERIFY(!left_nothing());  // hidden, and beside it
    const RunResult again = run_portrait(import());
    QVERIFY2(again.code == 0, qPrintable(again.err));
    QCOMPARE(QDir(QFileInfo(out_).path())
                 .entryList(QDir::AllEntries | QDir::Hidden | QDir::NoDotAndDotDot),
             QStringList{"mine"});
    QCOMPARE(run_portrait({"pack", "verify", out_}).code, 0);
  }
};

QTEST_GUILESS_MAIN(PackImportTest)
#include "pack_import_test.moc"
