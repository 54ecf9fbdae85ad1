// SPDX-License-Identifier: Apache-2.0
#include "tests/pipeline/tiny_head.h"

#include "core/base/error.h"
#include "core/base/files.h"
#include "core/nn/torch_threads.h"
#include "core/pipeline/pipeline.h"
#include "core/project/autosave.h"
#include "core/project/project_file.h"

#include <nlohmann/json.hpp>

#include <QtTest>

#include <filesystem>
#include <functional>
#include <limits>

using namespace portrait;
namespace fs = std::filesystem;

class ProjectTest : public QObject {
  Q_OBJECT

  QTemporaryDir folder_;
  std::unique_ptr<Pipeline> pipeline_;
  ProjectInfo info_;

  fs::path in_folder(const char* name) const { return folder_.path().toStdString() + "/" + name; }

  // Loads the project's content, lets `change` at it, writes it under another name.
  fs::path changed(
      const char* name,
      const std::function<void(TensorMap&, std::map<std::string, std::string>&)>& change) const {
    const SafetensorsFile file(in_folder("good.portrait"));
    TensorMap tensors = load_tensors(file);
    std::map<std::string, std::string> metadata = file.metadata();
    change(tensors, metadata);
    save_tensors(in_folder(name), tensors, metadata);
    return in_folder(name);
  }

  static QString refusal(const fs::path& path, ErrorCode code, const char* word) {
    try {
      load_project(path);
    } catch (const Error& e) {
      if (e.code() != code) return QString("another code: ") + e.what();
      return e.message().find(word) != std::string::npos ? QString() : QString(e.what());
    }
    return "it was loaded";
  }

 private Q_SLOTS:
  void initTestCase() {
    configure_torch_threads();
    const Field first = tiny_head({0.6F, 0.5F, 0.4F});
    Settings settings;
    settings.set("photo_fit.hold_weight", 2.5);
    pipeline_ = std::make_unique<Pipeline>(photo_of(tiny_head({0.8F, 0.3F, 0.2F}, 2)), first, 0.25,
                                           std::make_shared<const Settings>(settings), 77);
    pipeline_->begin_run();
    pipeline_->set_plan(20);
    for (int i = 0; i < 6; ++i) pipeline_->step();
    info_.photo_name = "me.jpg";
    info_.photo_sha256 = "abc";
    info_.photo = Image(5, 4, 3, 100 / 255.0F);
    info_.photo_camera = rig_camera({12.3456789, -3.1});
    info_.roll_deg = 1.25;
    info_.notes.push_back({"small_head", "The head is small", true});
    info_.pack_name = "compact";
    info_.pack_hash = "def";
    save_project(in_folder("good.portrait"), *pipeline_, info_);
  }

  void round_trip_is_exact() {
    const LoadedProject loaded = load_project(in_folder("good.portrait"));
    QVERIFY(same_bits(loaded.pipeline->head(), pipeline_->head()));
    QVERIFY(same_bits(loaded.pipeline->first(), pipeline_->first()));
    QVERIFY(loaded.pipeline->settings() == pipeline_->settings());
    QVERIFY(loaded.pipeline->journal() == pipeline_->journal());
    QCOMPARE(loaded.pipeline->seed(), std::uint64_t(77));
    QCOMPARE(loaded.pipeline->steps_taken(), 6);
    QCOMPARE(loaded.pipeline->stages()[1].step, 6);
    QCOMPARE(loaded.pipeline->stages()[1].state, StageState::kRunning);
    QCOMPARE(loaded.pipeline->stages()[0].seconds, 0.25);
    QVERIFY(loaded.pipeline->photo().crop.pixels == pipeline_->photo().crop.pixels);
    QVERIFY(loaded.pipeline->photo().matte.pixels == pipeline_->photo().matte.pixels);
    QVERIFY(loaded.pipeline->photo().camera.world_from_camera ==
            pipeline_->photo().camera.world_from_camera);
    QVERIFY(loaded.info.photo_camera.world_from_camera == info_.photo_camera.world_from_camera);
    QCOMPARE(loaded.info.photo_name, info_.photo_name);
    QCOMPARE(loaded.info.photo.width, 5);
    QVERIFY(loaded.info.photo.pixels == info_.photo.pixels);
    QCOMPARE(loaded.info.notes.size(), std::size_t(1));
    QVERIFY(loaded.info.notes[0].warning);
    QCOMPARE(loaded.info.pack_name, std::string("compact"));
    // Saved again, the file is the same to the byte.
    save_project(in_folder("again.portrait"), *loaded.pipeline, loaded.info);
    QCOMPARE(sha256_file(in_folder("again.portrait")), sha256_file(in_folder("good.portrait")));
  }

  void a_resumed_project_equals_the_uninterrupted_run() {
    LoadedProject resumed = load_project(in_folder("good.portrait"));
    LoadedProject whole = load_project(in_folder("good.portrait"));
    for (int i = 0; i < 5; ++i) whole.pipeline->step();
    save_project(in_folder("later.portrait"), *whole.pipeline, whole.info);
    resumed = load_project(in_folder("later.portrait"));
    for (int i = 0; i < 4; ++i) {
      whole.pipeline->step();
      resumed.pipeline->step();
    }
    QVERIFY(same_bits(whole.pipeline->head(), resumed.pipeline->head()));
  }

  void a_replayed_journal_equals_the_saved_head() {
    const LoadedProject loaded = load_project(in_folder("good.portrait"));
    Pipeline again(loaded.pipeline->photo(), loaded.pipeline->first(), 0,
                   std::make_shared<const Settings>(), 0);
    replay(again, loaded.pipeline->journal(), loaded.pipeline->steps_taken());
    QVERIFY(same_bits(again.head(), loaded.pipeline->head()));
  }

  void summary_without_tensors() {
    const ProjectSummary summary = inspect_project(in_folder("good.portrait"));
    QCOMPARE(summary.seed, std::uint64_t(77));
    QCOMPARE(summary.steps_taken, 6);
    QVERIFY(summary.under_way);
    QCOMPARE(summary.info.photo_name, std::string("me.jpg"));
    QVERIFY(nlohmann::json::parse(summary.state_json).contains("settings"));
  }

  void bad_files_are_refused_with_reasons() {
    QCOMPARE(refusal(in_folder("absent.portrait"), ErrorCode::kNotFound, "no project"), QString());
    QCOMPARE(refusal(folder_.path().toStdString(), ErrorCode::kBadInput, "not a file"), QString());
    write_text_file(in_folder("text.portrait"), "hello, this is not a project at all");
    QCOMPARE(refusal(in_folder("text.portrait"), ErrorCode::kCorrupt, ""), QString());
    const std::string bytes = read_text_file(in_folder("good.portrait"));
    write_text_file(in_folder("cut.portrait"), bytes.substr(0, bytes.size() / 2));
    QCOMPARE(refusal(in_folder("cut.portrait"), ErrorCode::kCorrupt, ""), QString());

    const auto other = changed("other.portrait", [](auto&, auto& metadata) { metadata.clear(); });
    QCOMPARE(refusal(other, ErrorCode::kBadInput, "not a portrait project"), QString());
    const auto newer = changed("newer.portrait", [](auto&, auto& metadata) {
      metadata["format"] = "portrait-project-99";
    });
    QCOMPARE(refusal(newer, ErrorCode::kUnsupported, "newer version"), QString());
    const auto state =
        changed("state.portrait", [](auto&, auto& metadata) { metadata["state"] = "{\"seed\":"; });
    QCOMPARE(refusal(state, ErrorCode::kCorrupt, "not JSON"), QString());
    const auto bare =
        changed("bare.portrait", [](auto&, auto& metadata) { metadata["state"] = "{}"; });
    QCOMPARE(refusal(bare, ErrorCode::kCorrupt, "state is damaged"), QString());
    const auto planes =
        changed("planes.portrait", [](auto& tensors, auto&) { tensors.erase("head.planes"); });
    QCOMPARE(refusal(planes, ErrorCode::kCorrupt, "planes"), QString());
    const auto moments = changed("moments.portrait", [](auto& tensors, auto&) {
      tensors.erase("fit.planes.adam.m.planes");
    });
    QCOMPARE(refusal(moments, ErrorCode::kCorrupt, "adam.m.planes"), QString());
    const auto crop =
        changed("crop.portrait", [](auto& tensors, auto&) { tensors.erase("photo.crop"); });
    QCOMPARE(refusal(crop, ErrorCode::kCorrupt, "photo.crop"), QString());
    const auto wild = changed("wild.portrait", [](auto& tensors, auto&) {
      tensors["head.planes"].view({-1})[7] = std::numeric_limits<float>::infinity();
    });
    QCOMPARE(refusal(wild, ErrorCode::kCorrupt, "not finite"), QString());
  }

  void a_failed_save_keeps_what_was_there() {
    const std::string before = sha256_file(in_folder("good.portrait"));
    try {
      save_project(in_folder("absent_folder/x.portrait"), *pipeline_, info_);
      QFAIL("saved into a folder that does not exist");
    } catch (const Error& e) {
      QCOMPARE(e.code(), ErrorCode::kIo);
    }
    QCOMPARE(sha256_file(in_folder("good.portrait")), before);
  }

  void autosaves_are_found_when_newer() {
    const fs::path project = in_folder("mine.portrait");
    const fs::path copy = autosave_path(project);
    QCOMPARE(copy.filename().string(), std::string("mine.autosave.portrait"));
    QCOMPARE(autosave_path(copy).string(), copy.string());
    QVERIFY(!recovery_of(project));
    write_text_file(project, "a");
    write_text_file(copy, "b");
    fs::last_write_time(copy, fs::last_write_time(project) + std::chrono::seconds(5));
    QCOMPARE(recovery_of(project)->string(), copy.string());
    QCOMPARE(recoveries_in(folder_.path().toStdString()).front().string(), copy.string());
    fs::last_write_time(copy, fs::last_write_time(project) - std::chrono::seconds(5));
    QVERIFY(!recovery_of(project));
    discard_autosave(copy);
    QVERIFY(!fs::exists(copy));
    discard_autosave(copy);
    QCOMPARE(autosave_path(fs::path("/tmp/x"), "me.jpg").string(),
             std::string("/tmp/x/me.autosave.portrait"));
    QVERIFY(recoveries_in("/no/such/folder").empty());
  }

  void an_autosave_takes_a_name_of_its_own() {
    const fs::path folder = folder_.path().toStdString();
    const fs::path first = free_autosave_path(folder, "me.jpg");
    QCOMPARE(first.filename().string(), std::string("me.autosave.portrait"));
    write_text_file(first, "a");
    const fs::path second = free_autosave_path(folder, "me.jpg");
    QCOMPARE(second.filename().string(), std::string("me (2).autosave.portrait"));
    QVERIFY(is_autosave(second) && !is_autosave(folder / "me.portrait"));
    QVERIFY(!is_autosave(folder / ".autosave.portrait"));
    QCOMPARE(autosaved_name(second), std::string("me (2)"));
    QVERIFY(project_of(first).empty());
    write_text_file(folder / "me.portrait", "a");
    QCOMPARE(project_of(first).string(), (folder / "me.portrait").string());
  }
};

QTEST_GUILESS_MAIN(ProjectTest)
#include "project_test.moc"
