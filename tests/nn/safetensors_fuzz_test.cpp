// SPDX-License-Identifier: Apache-2.0
// Mutated files: each is a sound file or a named error, never anything else. Run under the address
// sanitizer this also shows that no mutation reads outside the file.
#include "core/base/error.h"
#include "core/base/files.h"
#include "core/base/random.h"
#include "core/nn/model_pack.h"
#include "core/nn/safetensors.h"

#include <QTemporaryDir>
#include <QtTest>

#include <cstring>
#include <vector>

using namespace portrait;
namespace fs = std::filesystem;

namespace {

std::string with_length(const std::string& header, const std::string& data) {
  std::string text(8, '\0');
  const std::uint64_t length = header.size();
  std::memcpy(text.data(), &length, 8);
  return text + header + data;
}

// Small, and with every feature of the format.
std::vector<std::string> sound_files() {
  return {with_length("{}", ""),
          with_length(R"({"a":{"dtype":"U8","shape":[4],"data_offsets":[0,4]}})", "abcd"),
          with_length(R"({"__metadata__":{"format":"pt","x":"\u00e4"},)"
                      R"("w":{"dtype":"F32","shape":[2,1],"data_offsets":[0,8]},)"
                      R"("e":{"dtype":"F16","shape":[0,3],"data_offsets":[8,8]},)"
                      R"("s":{"dtype":"I64","shape":[],"data_offsets":[8,16]}}  )",
                      std::string(16, '\x01'))};
}

// Pieces that trouble parsers and arithmetic.
const std::vector<std::string>& nasty() {
  static const std::vector<std::string> pieces = {
      "18446744073709551615",
      "9223372036854775807",
      "4294967296",
      "-1",
      "0",
      "1e400",
      "2.5",
      "null",
      "true",
      "[",
      "{",
      "]",
      "}",
      "[[[[[[[[",
      "\"",
      "\\u0000",
      "\\ud800",
      "\xff",
      "\"a\":",
      ",",
      ":",
      "\"__metadata__\":{}",
      "\"BF16\"",
      "[4611686018427387904,4]",
      std::string(64, '['),
      "[1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1]"};
  return pieces;
}

class Mutator {
 public:
  std::size_t below(std::size_t bound) { return stream_.next_u32() % bound; }

  std::string operator()(std::string text) {
    const std::size_t changes = below(2) == 0 ? 1 : 3;
    for (std::size_t i = 0; i < changes; ++i) change(text);
    return text;
  }

 private:
  void change(std::string& text) {
    const std::size_t at = text.empty() ? 0 : below(text.size());
    const std::size_t length = std::min(text.size() - at, 1 + below(12));
    const std::string& piece = nasty()[below(nasty().size())];
    switch (below(9)) {
      case 0:
        if (!text.empty()) text[at] = char(below(256));
        break;
      case 1:
        if (!text.empty()) text[at] = char(text[at] ^ (1 << below(8)));
        break;
      case 2:
        text.resize(at);
        break;
      case 3:
        text.erase(at, length);
        break;
      case 4:
        text.insert(at, piece);
        break;
      case 5:
        text.replace(at, length, piece);
        break;
      case 6:
        text.insert(at, text.substr(at, length));
        break;
      case 7:  // the length of the header
        if (text.size() >= 8) text[below(8)] = char(below(256));
        break;
      default:  // the header grows or shrinks and its length goes along
        if (text.size() >= 8) {
          std::uint64_t header = 0;
          std::memcpy(&header, text.data(), 8);
          text.insert(std::min(text.size(), 8 + at), piece);
          header += piece.size();
          std::memcpy(text.data(), &header, 8);
        }
    }
  }

  RandomStream stream_{{7, random_purpose("safetensors fuzz"), 0, 0}};
};

// Every byte that a file says it has is there.
std::uint64_t sum_of(const SafetensorsFile& file) {
  std::uint64_t sum = 0;
  for (const auto& [name, view] : file.tensors()) {
    if (view.data.size() != std::size_t(view.count()) * dtype_size(view.dtype)) return 0;
    for (const std::byte byte : view.data) sum += 1 + std::to_integer<unsigned>(byte);
    if (is_floating(view.dtype)) file.floats(name);
    all_zero(view);
  }
  return sum + 1;
}

}  // namespace

class SafetensorsFuzzTest : public QObject {
  Q_OBJECT
  QTemporaryDir temporary_;

 private Q_SLOTS:
  void every_mutation_is_sound_or_refused() {
    const fs::path path = temporary_.filePath("f.safetensors").toStdString();
    Mutator mutate;
    int sound = 0, refused = 0;
    for (int round = 0; round < 1500; ++round) {
      for (const std::string& file : sound_files()) {
        write_text_file(path, mutate(file));
        try {
          QVERIFY(sum_of(SafetensorsFile(path)) > 0);
          ++sound;
        } catch (const Error& error) {
          QVERIFY2(error.code() == ErrorCode::kCorrupt, error.what());
          QVERIFY2(error.message().find("f.safetensors") != std::string::npos, error.what());
          QVERIFY(error.message().size() < 1000);
          ++refused;
        }
      }
    }
    qInfo("%d mutations: %d sound, %d refused", sound + refused, sound, refused);
    QVERIFY(sound > 40 && refused > 1000);  // both ways are met
  }

  void every_mutated_pack_opens_or_is_refused() {
    const fs::path folder = temporary_.filePath("pack").toStdString();
    fs::create_directories(folder);
    const std::string weights = sound_files()[1];
    write_text_file(folder / "a.safetensors", weights);
    PackNetwork network;
    network.id = "a";
    network.file = "a.safetensors";
    network.sha256 = sha256_file(folder / network.file);
    PackNetwork split = network;
    split.id = "b";
    split.files = {{network.file, network.sha256}};
    split.loras.resize(1);
    split.loras[0].file = network.file;
    split.loras[0].sha256 = network.sha256;
    write_pack(folder, "fuzzed", {network, split});
    const std::string document = read_text_file(folder / "pack.json");
    ModelPack::open(folder);
    Mutator mutate;
    int sound = 0, refused = 0;
    for (int round = 0; round < 1500; ++round) {
      write_text_file(folder / "pack.json", mutate(document));
      try {
        ModelPack::open(folder);
        ++sound;
      } catch (const Error& error) {
        QVERIFY2(error.code() != ErrorCode::kInternal, error.what());
        ++refused;
      }
    }
    qInfo("%d mutations: %d sound, %d refused", sound + refused, sound, refused);
    QVERIFY(sound > 20 && refused > 500);
  }

  // A header may claim a lot; memory follows what is there.
  void claims_cost_nothing() {
    const fs::path path = temporary_.filePath("claims.safetensors").toStdString();
    const auto refused = [&](const std::string& content, const char* words) {
      write_text_file(path, content);
      try {
        const SafetensorsFile file(path);
      } catch (const Error& error) {
        return error.message().find(words) != std::string::npos;
      }
      return false;
    };
    std::string shape = "[1";
    for (int i = 0; i < 100000; ++i) shape += ",1";
    QVERIFY(refused(
        with_length(R"({"a":{"dtype":"U8","shape":)" + shape + R"(],"data_offsets":[0,1]}})", "x"),
        "dimensions"));
    QVERIFY(refused(with_length(std::string(10 << 20, '['), ""), "not a JSON object"));
    QVERIFY(refused(with_length(R"({"a":)" + std::string(10 << 20, '['), ""), "malformed"));
    // Sizes of zero do not excuse products that overflow.
    QVERIFY(refused(with_length(R"({"a":{"dtype":"U8","shape":[0,4611686018427387904,4],)"
                                R"("data_offsets":[0,0]}})",
                                ""),
                    "impossible sizes"));
    // The header's length alone beyond the bound of the format.
    std::string long_header = with_length("{}", "");
    const std::uint64_t length = 100000001;
    std::memcpy(long_header.data(), &length, 8);
    QVERIFY(refused(long_header, "claims"));
    const std::string entry = R"({"dtype":"U8","shape":[0],"data_offsets":[0,0]})";
    std::string many;
    for (int i = 0; i < 200001; ++i) {
      many += (i == 0 ? "{\"" : ",\"") + std::to_string(i) + "\":" + entry;
    }
    QVERIFY(refused(with_length(many + "}", ""), "more than 200000 tensors"));
  }
};

QTEST_GUILESS_MAIN(SafetensorsFuzzTest)
#include "safetensors_fuzz_test.moc"
