// SPDX-License-Identifier: Apache-2.0
#include "core/nn/safetensors.h"
#include "core/base/error.h"
#include "core/base/files.h"
#include "core/nn/safetensors_writer.h"

#include <QTemporaryDir>
#include <QtTest>

#include <cmath>
#include <cstring>
#include <limits>

using namespace portrait;
namespace fs = std::filesystem;

namespace {

template <typename T>
std::span<const std::byte> bytes_of(const std::vector<T>& values) {
  return std::as_bytes(std::span(values));
}

std::string file_text(const std::string& header, const std::string& data) {
  std::string text(8, '\0');
  const std::uint64_t length = header.size();
  std::memcpy(text.data(), &length, 8);
  return text + header + data;
}

}  // namespace

class SafetensorsTest : public QObject {
  Q_OBJECT
  QTemporaryDir temporary_;
  fs::path path_;

  // The error that opening a file with this content gives.
  Error open_error(const std::string& content) {
    write_text_file(path_, content);
    try {
      const SafetensorsFile file(path_);
    } catch (const Error& error) {
      return error;
    }
    return Error(ErrorCode::kInternal, "it was opened");
  }

 private Q_SLOTS:
  void initTestCase() { path_ = temporary_.filePath("t.safetensors").toStdString(); }

  void what_is_saved_is_read() {
    const std::vector<float> floats = {1.5F, -2, 0, 1e-30F, std::numeric_limits<float>::infinity(),
                                       7};
    const std::vector<std::int64_t> longs = {-1, 1LL << 40};
    const std::vector<std::uint8_t> bools = {1, 0, 1};
    const std::vector<float> none;
    save_safetensors(path_,
                     {{"floats", DType::kF32, {2, 3}, bytes_of(floats)},
                      {"bools", DType::kBool, {3}, bytes_of(bools)},
                      {"longs", DType::kI64, {2}, bytes_of(longs)},
                      {"none", DType::kF32, {0, 4}, bytes_of(none)},
                      {"scalar", DType::kF32, {}, bytes_of(floats).first(4)}},
                     {{"seed", "7"}, {"text", "line\n\"quoted\" \xc3\xa4"}});
    const SafetensorsFile file(path_);
    QCOMPARE(file.tensors().size(), std::size_t{5});
    QCOMPARE(file.at("floats").shape, (std::vector<std::int64_t>{2, 3}));
    QCOMPARE(file.floats("floats"), floats);
    QCOMPARE(file.ints("bools"), (std::vector<std::int32_t>{1, 0, 1}));
    QVERIFY(std::memcmp(file.at("longs").data.data(), longs.data(), 16) == 0);
    QCOMPARE(file.at("none").count(), std::int64_t{0});
    QCOMPARE(file.at("scalar").count(), std::int64_t{1});
    QCOMPARE(file.floats("scalar"), std::vector<float>{1.5F});
    QCOMPARE(file.metadata().at("text"), std::string("line\n\"quoted\" \xc3\xa4"));
    QVERIFY(file.contains("none") && !file.contains("other"));
  }

  void half_and_bfloat_become_floats() {
    // 1, -2, smallest subnormal, largest, infinity; IEEE 754 binary16.
    const std::vector<std::uint16_t> half = {0x3c00, 0xc000, 0x0001, 0x7bff, 0x7c00};
    const std::vector<std::uint16_t> bfloat = {0x3f80, 0xc000, 0x7f80};
    save_safetensors(path_, {{"half", DType::kF16, {5}, bytes_of(half)},
                             {"bfloat", DType::kBF16, {3}, bytes_of(bfloat)}});
    const SafetensorsFile file(path_);
    const float inf = std::numeric_limits<float>::infinity();
    QCOMPARE(file.floats("half"), (std::vector<float>{1, -2, std::ldexp(1.0F, -24), 65504, inf}));
    QCOMPARE(file.floats("bfloat"), (std::vector<float>{1, -2, inf}));
  }

  void data_starts_aligned() {
    for (int length = 1; length < 12; ++length) {
      const std::vector<double> one = {1};
      save_safetensors(path_,
                       {{std::string(std::size_t(length), 'n'), DType::kF64, {1}, bytes_of(one)}});
      const SafetensorsFile file(path_);
      const auto* data = file.tensors().begin()->second.data.data();
      QCOMPARE(reinterpret_cast<std::uintptr_t>(data) % 8, std::uintptr_t{0});
    }
  }

  void a_view_outlives_the_file_on_disk() {
    const std::vector<float> values = {3, 4};
    save_safetensors(path_, {{"v", DType::kF32, {2}, bytes_of(values)}});
    const SafetensorsFile file(path_);
    const SafetensorsFile copy = file;
    const std::vector<float> others = {5, 6};
    save_safetensors(path_, {{"v", DType::kF32, {2}, bytes_of(others)}});  // renamed over it
    QCOMPARE(copy.floats("v"), values);
  }

  void several_files_are_one() {
    const fs::path other = temporary_.filePath("u.safetensors").toStdString();
    const std::vector<float> values = {3, 4};
    save_safetensors(path_, {{"v", DType::kF32, {2}, bytes_of(values)}}, {{"of", "first"}});
    save_safetensors(other, {{"w", DType::kF32, {1}, bytes_of(values).last(4)}}, {{"of", "next"}});
    const SafetensorsFile both(std::vector<fs::path>{path_, other});
    QCOMPARE(both.tensors().size(), std::size_t{2});
    QCOMPARE(both.floats("v"), values);
    QCOMPARE(both.floats("w"), std::vector<float>{4});
    QCOMPARE(both.path(), path_);
    QCOMPARE(both.metadata().at("of"), std::string("first"));
    save_safetensors(other, {{"v", DType::kF32, {1}, bytes_of(values).last(4)}});
    try {
      const SafetensorsFile twice(std::vector<fs::path>{path_, other});
      QFAIL("no error");
    } catch (const Error& error) {
      QCOMPARE(error.code(), ErrorCode::kCorrupt);
      QVERIFY2(error.message().find("\"v\"") != std::string::npos &&
                   error.message().find("u.safetensors") != std::string::npos,
               error.what());
    }
    QCOMPARE(both.floats("w"), std::vector<float>{4});  // what is open stays
  }

  void a_streamed_file_is_the_same() {
    // Larger than the pieces it is written in, and not a multiple of them.
    std::vector<std::int32_t> many(3000001);
    for (std::size_t i = 0; i < many.size(); ++i) many[i] = std::int32_t(i * 2654435761u);
    const std::vector<float> few = {1.5F};
    save_safetensors(path_, {{"few", DType::kF32, {1}, bytes_of(few)},
                             {"many", DType::kI32, {3000001}, bytes_of(many)}});
    const SafetensorsFile file(path_);
    std::vector<TensorToSave> tensors;
    for (const auto& [name, view] : file.tensors()) {
      tensors.push_back({name, view.dtype, view.shape, view.data});
    }
    const fs::path copy = temporary_.filePath("copy.safetensors").toStdString();
    const std::string hash = stream_safetensors(copy, tensors);
    QCOMPARE(hash, sha256_file(copy));
    QCOMPARE(hash, sha256_file(path_));
    QVERIFY(SafetensorsFile(copy).ints("many") == many);
    QVERIFY(file.ints("many") == many);  // released pages come back
    QVERIFY_THROWS_EXCEPTION(
        Error, stream_safetensors(temporary_.filePath("no/such/folder").toStdString(), tensors));
  }

  void zero_is_zero_of_either_sign() {
    const auto zero = [](DType dtype, const std::vector<std::uint16_t>& words) {
      return all_zero({dtype, {}, bytes_of(words)});
    };
    QVERIFY(zero(DType::kF16, {0, 0x8000, 0}) && zero(DType::kBF16, {0x8000}));
    QVERIFY(!zero(DType::kF16, {0, 1}) && !zero(DType::kF16, {0x0080}));
    QVERIFY(zero(DType::kF32, {0, 0x8000, 0, 0}) && !zero(DType::kF32, {0x8000, 0}));
    QVERIFY(!zero(DType::kI16, {0x8000}) && zero(DType::kI16, {0, 0}));
    QVERIFY(zero(DType::kF64, {0, 0, 0, 0x8000}) && !zero(DType::kF64, {0, 0x8000, 0, 0}));
    QVERIFY(zero(DType::kF16, {}));
  }

  void a_missing_tensor_or_file_is_named() {
    const std::vector<float> values = {3};
    save_safetensors(path_, {{"v", DType::kF32, {1}, bytes_of(values)}});
    const SafetensorsFile file(path_);
    try {
      file.at("w");
      QFAIL("no error");
    } catch (const Error& error) {
      QCOMPARE(error.code(), ErrorCode::kCorrupt);
      QVERIFY(error.message().find("\"w\"") != std::string::npos);
    }
    try {
      const SafetensorsFile none("/nowhere.safetensors");
      QFAIL("no error");
    } catch (const Error& error) {
      QCOMPARE(error.code(), ErrorCode::kNotFound);
    }
  }

  void a_writer_s_mistakes_are_refused() {
    const std::vector<float> values = {3, 4};
    const TensorToSave good{"v", DType::kF32, {2}, bytes_of(values)};
    QVERIFY_THROWS_EXCEPTION(Error, save_safetensors(path_, {good, good}));
    QVERIFY_THROWS_EXCEPTION(Error,
                             save_safetensors(path_, {{"v", DType::kF32, {3}, bytes_of(values)}}));
    QVERIFY_THROWS_EXCEPTION(
        Error, save_safetensors(path_, {{"__metadata__", DType::kF32, {2}, bytes_of(values)}}));
    QVERIFY_THROWS_EXCEPTION(
        Error, save_safetensors(path_, {{"v", DType::kF32, {-1, -2}, bytes_of(values)}}));
  }

  void the_smallest_sound_files_open() {
    QCOMPARE(open_error(file_text("{}", "")).message(), std::string("it was opened"));
    QCOMPARE(open_error(file_text(R"({"a":{"dtype":"U8","shape":[2],"data_offsets":[0,2]}})", "xy"))
                 .message(),
             std::string("it was opened"));
  }

  void every_corruption_is_seen_data() {
    QTest::addColumn<QByteArray>("content");
    const auto row = [](const char* name, const std::string& content) {
      QTest::newRow(name) << QByteArray::fromStdString(content);
    };
    const auto entry = [&](const char* name, const std::string& dtype, const std::string& shape,
                           const std::string& offsets) {
      row(name, file_text("{\"a\":{\"dtype\":" + dtype + ",\"shape\":" + shape +
                              ",\"data_offsets\":" + offsets + "}}",
                          "12345678"));
    };
    const std::string sound = R"({"a":{"dtype":"F32","shape":[2],"data_offsets":[0,8]}})";
    row("empty", "");
    row("shorter than its length field", "1234567");
    row("no header", std::string(8, '\0'));
    row("length beyond the file", file_text(sound, "12345678").substr(0, 30));
    row("length of all ones", std::string(8, '\xff') + sound);
    row("length too short", [&] {
      auto text = file_text(sound, "12345678");
      text[0] = char(text[0] - 1);
      return text;
    }());
    row("header not JSON", file_text("{\"a\":", ""));
    row("header a list", file_text("[]", ""));
    row("header not UTF-8", file_text("{\"\xff\":1}", ""));
    row("deeply nested", file_text(std::string(100000, '['), ""));
    row("entry not an object", file_text("{\"a\":1}", ""));
    row("no dtype", file_text(R"({"a":{"shape":[2],"data_offsets":[0,8]}})", "12345678"));
    row("no shape", file_text(R"({"a":{"dtype":"F32","data_offsets":[0,8]}})", "12345678"));
    row("no offsets", file_text(R"({"a":{"dtype":"F32","shape":[2]}})", "12345678"));
    row("a field too many",
        file_text(R"({"a":{"dtype":"F32","shape":[2],"data_offsets":[0,8],"x":1}})", "12345678"));
    entry("unknown dtype", "\"F8\"", "[2]", "[0,8]");
    entry("dtype a number", "32", "[2]", "[0,8]");
    entry("shape a number", "\"F32\"", "2", "[0,8]");
    entry("size negative", "\"F32\"", "[-2]", "[0,8]");
    entry("size a fraction", "\"F32\"", "[2.0]", "[0,8]");
    entry("size too small", "\"F32\"", "[1]", "[0,8]");
    entry("size too large", "\"F32\"", "[3]", "[0,8]");
    entry("sizes overflow", "\"F32\"", "[4294967296,4294967296,2]", "[0,8]");
    entry("sizes overflow to the right size", "\"F32\"", "[4611686018427387906,2]", "[0,8]");
    entry("one offset", "\"F32\"", "[2]", "[8]");
    entry("three offsets", "\"F32\"", "[2]", "[0,8,8]");
    entry("offset negative", "\"F32\"", "[2]", "[-8,0]");
    entry("offsets swapped", "\"F32\"", "[2]", "[8,0]");
    entry("end beyond the file", "\"F32\"", "[2]", "[4,12]");
    entry("begin not at the start", "\"F32\"", "[1]", "[4,8]");
    entry("bytes left over", "\"F32\"", "[1]", "[0,4]");
    row("metadata not an object", file_text(R"({"__metadata__":1})", ""));
    row("metadata not a string", file_text(R"({"__metadata__":{"a":1}})", ""));
    row("named twice", file_text(R"({"a":{"dtype":"U8","shape":[4],"data_offsets":[0,4]},)"
                                 R"("a":{"dtype":"U8","shape":[8],"data_offsets":[0,8]}})",
                                 "12345678"));
    row("overlap", file_text(R"({"a":{"dtype":"U8","shape":[6],"data_offsets":[0,6]},)"
                             R"("b":{"dtype":"U8","shape":[4],"data_offsets":[4,8]}})",
                             "12345678"));
    row("gap", file_text(R"({"a":{"dtype":"U8","shape":[2],"data_offsets":[0,2]},)"
                         R"("b":{"dtype":"U8","shape":[4],"data_offsets":[4,8]}})",
                         "12345678"));
  }

  void every_corruption_is_seen() {
    QFETCH(const QByteArray, content);
    const Error error = open_error(content.toStdString());
    QVERIFY2(error.code() == ErrorCode::kCorrupt, error.what());
    QVERIFY2(error.message().find("t.safetensors") != std::string::npos, error.what());
  }
};

QTEST_GUILESS_MAIN(SafetensorsTest)
#include "safetensors_test.moc"
