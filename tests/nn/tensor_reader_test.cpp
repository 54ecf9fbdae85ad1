// SPDX-License-Identifier: Apache-2.0
#include "core/nn/torch.h"

#include "core/base/error.h"
#include "core/nn/conv2d.h"
#include "core/nn/model_pack.h"
#include "core/nn/precision.h"
#include "core/nn/tensor_reader.h"

#include <QTemporaryDir>
#include <QtTest>

#include <limits>

using namespace portrait;
namespace fs = std::filesystem;

class TensorReaderTest : public QObject {
  Q_OBJECT

  QTemporaryDir folder_;

  std::shared_ptr<const SafetensorsFile> saved(const TensorMap& tensors, at::ScalarType type) {
    const fs::path path = fs::path(folder_.path().toStdString()) / "network.safetensors";
    save_tensors(path, tensors, {}, type);
    return std::make_shared<const SafetensorsFile>(path);
  }

  // Names of odd lengths move the data of a file by less than a number's size; ids are not floating.
  static TensorMap tensors() {
    return {{"a", at::linspace(-2, 2, 12).reshape({3, 4})},
            {"bias", at::tensor({0.5F, 1.F / 3, 1e-4F})},
            {"ids", at::arange(5)}};
  }

 private Q_SLOTS:
  void tensors_come_as_they_were_saved() {
    for (const at::ScalarType type : {at::kFloat, at::kHalf, at::kBFloat16}) {
      const auto reader = reader_of(saved(tensors(), type), at::kFloat);
      QVERIFY(reader->names() == std::vector<std::string>({"a", "bias", "ids"}));
      for (const auto& [name, tensor] : tensors()) {
        QVERIFY(reader->has(name));
        const Tensor read = reader->read(name);
        const Tensor expected =
            tensor.is_floating_point() ? tensor.to(type).to(at::kFloat) : tensor;
        QCOMPARE(read.scalar_type(), expected.scalar_type());
        QVERIFY(at::equal(read, expected));
      }
      QVERIFY(!reader->has("c"));
      QVERIFY_THROWS_EXCEPTION(Error, reader->read("c"));
    }
  }

  void what_is_stored_in_the_wanted_type_is_not_copied_and_outlives_its_reader() {
    const auto file = saved(tensors(), at::kBFloat16);
    const std::byte* there = file->at("a").data.data();
    auto reader = reader_of(file, at::kBFloat16);
    const Tensor mapped = reader->read("a");
    QCOMPARE(static_cast<const void*>(mapped.data_ptr()), static_cast<const void*>(there));
    reader.reset();
    QVERIFY(at::equal(mapped, tensors().at("a").to(at::kBFloat16)));
  }

  void a_streamed_network_computes_what_its_file_says() {
    const at::NoGradGuard no_grad;
    Parameters made = Parameters::random(2);
    const Conv2d conv(made, "c", 1024, 16, 3);
    const Linear linear(made, "l", 8, 6);
    const LayerNorm norm(made, "n", 6);
    TensorMap weights;
    for (const auto& [name, tensor] : made.named()) weights[name] = tensor;
    const auto file = saved(weights, at::kFloat);
    const Tensor x = at::linspace(-1, 1, 1024 * 64).reshape({1, 1024, 8, 8});
    for (const Precision& precision :
         {Precision{}, Precision{at::kBFloat16, at::kFloat}, Precision{at::kBFloat16, at::kBFloat16}}) {
      Parameters parameters =
          Parameters::streamed(reader_of(file, precision.weights), precision.arithmetic);
      const Conv2d conv2(parameters, "c", 1024, 16, 3);
      const Linear linear2(parameters, "l", 8, 6);
      const LayerNorm norm2(parameters, "n", 6);
      parameters.require_all_used();
      const Tensor expected = norm(linear(conv(x)));
      const Tensor found = norm2(linear2(conv2(x.to(precision.arithmetic))));
      QCOMPARE(found.scalar_type(), precision.arithmetic);
      const double difference =
          ((found.to(at::kFloat) - expected).norm() / expected.norm()).item<double>();
      // bfloat16 keeps eight bits of a number.
      QVERIFY2(difference < (precision == Precision{} ? 1e-6 : 0.02),
               qPrintable(QString::number(difference)));
      QVERIFY(precision == Precision{} || difference > 1e-6);
    }
  }

  void numbers_that_are_not_finite_are_found_in_every_type() {
    for (const at::ScalarType type : {at::kFloat, at::kHalf, at::kBFloat16, at::kDouble}) {
      for (const float bad : {std::numeric_limits<float>::infinity(),
                              -std::numeric_limits<float>::infinity(),
                              std::numeric_limits<float>::quiet_NaN()}) {
        TensorMap all = tensors();
        all["a"] = all["a"].clone();
        all["a"][2][3] = bad;
        Parameters damaged = Parameters::streamed(reader_of(saved(all, type), type));
        QVERIFY_THROWS_EXCEPTION(Error, damaged.get("a", {3, 4}, Init::kZeros));
      }
      TensorMap largest{{"a", at::full({2}, 60000.F)}};
      Parameters sound = Parameters::streamed(reader_of(saved(largest, type), type));
      QCOMPARE(sound.get("a", {2}, Init::kZeros).size(0), std::int64_t{2});
    }
  }

  void missing_and_surplus_tensors_are_named() {
    Parameters parameters = Parameters::streamed(reader_of(saved(tensors(), at::kFloat), at::kFloat));
    const auto message = [](auto call) -> std::string {
      try {
        call();
      } catch (const Error& error) {
        return error.code() == ErrorCode::kCorrupt ? error.what() : "another code";
      }
      return "no error";
    };
    parameters.get("a", {3, 4}, Init::kZeros);
    QVERIFY(message([&] { parameters.get("b", {1}, Init::kZeros); }).find("\"b\"") !=
            std::string::npos);
    QVERIFY(message([&] { parameters.require_all_used(); }).find("\"bias\"") != std::string::npos);
  }

  void precision_follows_what_is_asked_and_the_size() {
    QVERIFY(precision_for(20'000'000) == Precision{});
    QVERIFY(precision_for(860'000'000) == half_precision());
    QVERIFY(precision_for(860'000'000, precision_choice("single")) == Precision{});
    QVERIFY(precision_for(10, precision_choice("half")) == half_precision());
    QVERIFY(precision_choice("auto") == PrecisionChoice::kAuto);
    QVERIFY_THROWS_EXCEPTION(Error, precision_choice("quarter"));
    QCOMPARE(half_precision().weights, at::kBFloat16);
    PackNetwork network;
    network.weights = saved(tensors(), at::kFloat);
    QVERIFY(precision_of(network, PrecisionChoice::kAuto) == Precision{});
  }
};

QTEST_GUILESS_MAIN(TensorReaderTest)
#include "tensor_reader_test.moc"
