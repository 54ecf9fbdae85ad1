// SPDX-License-Identifier: Apache-2.0
#include "core/nn/model_pack.h"
#include "core/base/error.h"
#include "core/base/files.h"

#include <QTemporaryDir>
#include <QtTest>

using namespace portrait;
namespace fs = std::filesystem;
using nlohmann::json;

namespace {

template <typename Call>
Error error_of(Call call) {
  try {
    call();
  } catch (const Error& error) {
    return error;
  }
  return Error(ErrorCode::kInternal, "no error was thrown");
}

bool says(const Error& error, const std::string& part) {
  return error.message().find(part) != std::string::npos;
}

void write_weights(const fs::path& path, float value) {
  save_safetensors(path, {{"w", DType::kF32, {1}, std::as_bytes(std::span(&value, 1))}});
}

PackNetwork described(const std::string& id, const std::string& file) {
  PackNetwork network;
  network.id = id;
  network.file = file;
  network.licence = "Apache-2.0";
  network.provenance = "Made by this test.";
  network.trained_on = "nothing";
  network.samples_seen = 1234567890123;
  network.config = {{"width", 32}};
  return network;
}

}  // namespace

class ModelPackTest : public QObject {
  Q_OBJECT
  QTemporaryDir temporary_;
  fs::path folder_;

  void edit(const std::function<void(json&)>& change) {
    json document = json::parse(read_text_file(folder_ / "pack.json"));
    change(document);
    write_text_file(folder_ / "pack.json", document.dump());
  }
  Error open_error() {
    return error_of([&] { ModelPack::open(folder_); });
  }

 private Q_SLOTS:
  // A sound pack of two networks, which each test then spoils in its own way.
  void init() {
    static int number = 0;
    folder_ = fs::path(temporary_.path().toStdString()) / ("pack" + std::to_string(number++));
    fs::create_directories(folder_);
    write_weights(folder_ / "prior.safetensors", 1);
    write_weights(folder_ / "landmarks.safetensors", 2);
    PackFrame frame;
    frame.depth_slices = 3;
    frame.plane_axes = "xy,yz,zx";
    frame.axis_flips = {1, -1, 1};
    write_pack_json(folder_, "test", "1.2", frame, {{"credits", {"someone"}}});
    add_network(folder_, described("prior", "prior.safetensors"));
    add_network(folder_, described("landmarks", "landmarks.safetensors"));
  }

  void what_a_trainer_writes_is_read() {
    const ModelPack pack = ModelPack::open(folder_);
    QCOMPARE(pack.name(), std::string("test"));
    QCOMPARE(pack.version(), std::string("1.2"));
    QCOMPARE(pack.hash(), sha256_file(folder_ / "pack.json"));
    QCOMPARE(pack.frame().depth_slices, 3);
    QCOMPARE(pack.frame().axis_flips, (std::array<int, 3>{1, -1, 1}));
    QCOMPARE(pack.frame().focal, kRigFocal);
    QVERIFY(pack.has("prior") && pack.has("landmarks") && !pack.has("vae"));
    const PackNetwork& prior = pack.network("prior");
    QCOMPARE(prior.config.at("width").get<int>(), 32);
    QCOMPARE(prior.samples_seen, std::int64_t{1234567890123});
    QCOMPARE(prior.licence, std::string("Apache-2.0"));
    QCOMPARE(prior.sha256, sha256_file(folder_ / "prior.safetensors"));
    QCOMPARE(prior.weights->floats("w"), std::vector<float>{1});
    QCOMPARE(pack.network("landmarks").weights->floats("w"), std::vector<float>{2});
    QCOMPARE(pack.document().at("credits").at(0).get<std::string>(), std::string("someone"));
  }

  void a_retrained_network_replaces_its_entry() {
    const std::string before = ModelPack::open(folder_).hash();
    write_weights(folder_ / "prior.safetensors", 5);
    QCOMPARE(open_error().code(), ErrorCode::kCorrupt);
    add_network(folder_, described("prior", "prior.safetensors"));
    const ModelPack pack = ModelPack::open(folder_);
    QCOMPARE(pack.networks().size(), std::size_t{2});
    QCOMPARE(pack.network("prior").weights->floats("w"), std::vector<float>{5});
    QVERIFY(pack.hash() != before);
    write_pack_json(folder_, "test", "1.3");
    QCOMPARE(ModelPack::open(folder_).networks().size(), std::size_t{2});
    QCOMPARE(ModelPack::open(folder_).document().at("credits").size(), std::size_t{1});
  }

  void a_changed_file_is_named_with_both_hashes() {
    const std::string promised = sha256_file(folder_ / "prior.safetensors");
    write_weights(folder_ / "prior.safetensors", 9);
    const Error error = open_error();
    QCOMPARE(error.code(), ErrorCode::kCorrupt);
    QVERIFY2(says(error, "prior.safetensors") && says(error, promised) &&
                 says(error, sha256_file(folder_ / "prior.safetensors")),
             error.what());
  }

  void missing_parts_are_named() {
    fs::remove(folder_ / "landmarks.safetensors");
    QCOMPARE(open_error().code(), ErrorCode::kNotFound);
    QVERIFY(says(open_error(), "landmarks.safetensors"));
    fs::remove(folder_ / "pack.json");
    QCOMPARE(open_error().code(), ErrorCode::kNotFound);
    QVERIFY(says(open_error(), "pack.json"));
    fs::remove_all(folder_);
    QCOMPARE(open_error().code(), ErrorCode::kNotFound);
    QVERIFY(says(open_error(), folder_.string()));
  }

  void an_absent_network_is_named_with_those_present() {
    const ModelPack pack = ModelPack::open(folder_);
    const Error error = error_of([&] { pack.network("vae"); });
    QCOMPARE(error.code(), ErrorCode::kNotFound);
    QVERIFY2(says(error, "\"vae\"") && says(error, "landmarks, prior"), error.what());
  }

  void pickles_are_refused_by_name_and_by_content() {
    for (const auto& [file, content] : {std::pair<std::string, std::string>{"a.pt", "anything"},
                                        {"a.PKL", "anything"},
                                        {"a.bin", "anything"},
                                        {"a.ckpt", "anything"},
                                        {"zip.safetensors", std::string("PK\x03\x04", 4) + "rest"},
                                        {"bare.safetensors", "\x80\x04rest"}}) {
      write_text_file(folder_ / file, content);
      const std::string hash = sha256_file(folder_ / file);
      edit([&](json& d) { d["networks"][0].update({{"file", file}, {"sha256", hash}}); });
      for (const Error& error :
           {open_error(), error_of([&] { add_network(folder_, described("x", file)); })}) {
        QVERIFY2(error.code() == ErrorCode::kBadInput, error.what());
        QVERIFY2(says(error, file) && says(error, "safetensors.torch"), error.what());
      }
    }
  }

  void malformed_packs_are_refused_data() {
    QTest::addColumn<QByteArray>("patch");  // a JSON merge patch (RFC 7396)
    QTest::addColumn<QByteArray>("words");
    const auto row = [](const char* name, const char* patch, const char* words) {
      QTest::newRow(name) << QByteArray(patch) << QByteArray(words);
    };
    const char* hash = "\"sha256\":\"0\",\"licence\":\"x\",\"provenance\":\"x\"";
    const auto network = [&](const std::string& fields) {
      return "{\"networks\":[{" + fields + "," + hash + "}]}";
    };
    row("no schema", R"({"schema":null})", "\"schema\"");
    row("schema of another type", R"({"schema":"one"})", "\"schema\"");
    row("no name", R"({"name":null})", "\"name\"");
    row("version a number", R"({"version":1})", "\"version\"");
    row("no networks", R"({"networks":null})", "\"networks\"");
    row("networks an object", R"({"networks":{}})", "\"networks\"");
    row("a network a string", R"({"networks":["prior"]})", "network 0");
    row("no id", network(R"("file":"prior.safetensors")").c_str(), "\"id\"");
    row("no file", network(R"("id":"prior")").c_str(), "\"file\"");
    row("config a list", network(R"("id":"a","file":"b","config":3,"samples_seen":"many")").c_str(),
        "samples_seen");
    row("a file above", network(R"("id":"a","file":"../b.safetensors")").c_str(), "outside");
    row("a file elsewhere", network(R"("id":"a","file":"/etc/passwd")").c_str(), "outside");
    row("frame a list", R"({"frame":[1]})", "frame");
    row("focal a word", R"({"frame":{"focal":"wide"}})", "\"focal\"");
    row("focal zero", R"({"frame":{"focal":0}})", "frame");
    row("a flip of two", R"({"frame":{"axis_flips":[1,2,1]}})", "flip");
    row("two flips", R"({"frame":{"axis_flips":[1,1]}})", "axis_flips");
  }

  void malformed_packs_are_refused() {
    QFETCH(const QByteArray, patch);
    QFETCH(const QByteArray, words);
    edit([&](json& document) { document.merge_patch(json::parse(patch.toStdString())); });
    const Error error = open_error();
    QVERIFY2(error.code() == ErrorCode::kCorrupt, error.what());
    QVERIFY2(says(error, "pack.json") && says(error, words.toStdString()), error.what());
  }

  // A network of several files, with low-rank changes; earlier versions cannot read such packs.
  void a_network_may_have_several_files() {
    const float value = 3;
    const auto one = std::as_bytes(std::span(&value, 1));
    save_safetensors(folder_ / "b.safetensors", {{"b", DType::kF32, {1}, one}});
    save_safetensors(folder_ / "lora.safetensors", {{"l", DType::kF32, {1}, one}});
    PackNetwork network = described("unet", "");
    network.files = {{"prior.safetensors", sha256_file(folder_ / "prior.safetensors")},
                     {"b.safetensors", sha256_file(folder_ / "b.safetensors")}};
    network.loras.resize(1);
    network.loras[0].file = "lora.safetensors";
    network.loras[0].sha256 = sha256_file(folder_ / "lora.safetensors");
    network.loras[0].scale = 0.25;
    write_pack(folder_, "split", {network}, {{"credits", "all"}});
    const ModelPack pack = ModelPack::open(folder_);
    QCOMPARE(pack.document().at("schema").get<int>(), 2);
    const PackNetwork& read = pack.network("unet");
    QCOMPARE(read.weights->tensors().size(), std::size_t{2});
    QCOMPARE(read.file, std::string("prior.safetensors"));
    QCOMPARE(read.files.at(1).file, std::string("b.safetensors"));
    QCOMPARE(read.loras.at(0).scale, 0.25);
    QCOMPARE(read.loras.at(0).weights->floats("l"), std::vector<float>{3});
    const std::string lines = network.files[0].sha256 + "\n" + network.files[1].sha256 + "\n";
    QCOMPARE(read.sha256, sha256_hex(std::as_bytes(std::span(lines))));
    for (const char* file : {"b.safetensors", "lora.safetensors"}) {
      const std::string whole = read_text_file(folder_ / file);
      save_safetensors(folder_ / file, {{"x", DType::kF32, {1}, one}});
      QVERIFY2(open_error().code() == ErrorCode::kCorrupt && says(open_error(), file), file);
      write_text_file(folder_ / file, whole);
    }
    edit([](json& d) { d["networks"][0]["files"][1]["file"] = "../b.safetensors"; });
    QVERIFY(says(open_error(), "outside"));
    edit([](json& d) { d["networks"][0]["files"] = json::array(); });
    QVERIFY(says(open_error(), "\"file\""));
    edit([](json& d) { d["networks"][0]["files"] = "all"; });
    QVERIFY(says(open_error(), "not a list"));
  }

  // Packs that earlier versions can read say so.
  void the_schema_is_the_earliest_that_will_do() {
    QCOMPARE(ModelPack::open(folder_).document().at("schema").get<int>(), 1);
  }

  void deep_json_is_refused() {
    write_text_file(folder_ / "pack.json", "{\"a\":" + std::string(1 << 20, '['));
    QCOMPARE(open_error().code(), ErrorCode::kCorrupt);
    write_text_file(folder_ / "pack.json",
                    "{\"a\":" + std::string(100, '[') + std::string(100, ']') + "}");
    QVERIFY2(says(open_error(), "deeper"), open_error().what());
  }

  void text_that_is_not_json_is_refused() {
    for (const char* text : {"", "{", "[]", "null", "\x80"}) {
      write_text_file(folder_ / "pack.json", text);
      QCOMPARE(open_error().code(), ErrorCode::kCorrupt);
    }
  }

  void a_network_named_twice_is_refused() {
    edit([](json& document) { document["networks"].push_back(document["networks"][0]); });
    QCOMPARE(open_error().code(), ErrorCode::kCorrupt);
    QVERIFY(says(open_error(), "twice"));
  }

  void a_newer_schema_is_unsupported() {
    edit([](json& document) { document["schema"] = kPackSchema + 1; });
    QCOMPARE(open_error().code(), ErrorCode::kUnsupported);
  }

  void a_trainer_cannot_add_what_cannot_be_read() {
    const std::string before = read_text_file(folder_ / "pack.json");
    QCOMPARE(error_of([&] { add_network(folder_, described("x", "none.safetensors")); }).code(),
             ErrorCode::kNotFound);
    write_text_file(folder_ / "half.safetensors", "1234567");
    QCOMPARE(error_of([&] { add_network(folder_, described("x", "half.safetensors")); }).code(),
             ErrorCode::kCorrupt);
    QCOMPARE(read_text_file(folder_ / "pack.json"), before);
  }
};

QTEST_GUILESS_MAIN(ModelPackTest)
#include "model_pack_test.moc"
