// SPDX-License-Identifier: Apache-2.0
#include "core/nn/torch.h"

#include "core/base/error.h"
#include "core/base/process_threads.h"
#include "core/nn/check_shape.h"
#include "core/nn/torch_safetensors.h"

#include <ATen/Parallel.h>

#include <QTemporaryDir>
#include <QtTest>

using namespace portrait;

class TorchSafetensorsTest : public QObject {
  Q_OBJECT
  QTemporaryDir folder_;
  std::filesystem::path path_;

 private Q_SLOTS:
  void initTestCase() { path_ = folder_.filePath("t.safetensors").toStdString(); }

  void every_type_comes_back() {
    TensorMap tensors;
    for (auto type : {at::kBool, at::kByte, at::kChar, at::kShort, at::kInt, at::kLong, at::kHalf,
                      at::kBFloat16, at::kFloat, at::kDouble}) {
      tensors[at::toString(type)] = at::arange(6).reshape({2, 3}).sub(1).to(type);
    }
    for (auto& [name, tensor] : tensors) {
      if (!tensor.is_floating_point()) continue;
      const auto type = tensor.scalar_type();
      save_tensors(path_, {{name, tensor}}, {}, type);
      const Tensor back = to_tensor(SafetensorsFile(path_).at(name));
      QCOMPARE(back.scalar_type(), type);
      QVERIFY(at::equal(back, tensor));
    }
    save_tensors(path_, tensors, {{"key", "value"}}, at::kHalf);
    const SafetensorsFile file(path_);
    QCOMPARE(file.metadata().at("key"), std::string("value"));
    const TensorMap loaded = load_tensors(file, at::kDouble);
    QCOMPARE(loaded.size(), tensors.size());
    for (const auto& [name, tensor] : loaded) {
      const auto expected =
          tensors[name].is_floating_point() ? at::kDouble : tensors[name].scalar_type();
      QCOMPARE(tensor.scalar_type(), expected);
      QVERIFY(at::equal(tensor.to(at::kDouble), tensors[name].to(at::kDouble)));
    }
  }

  void strided_and_graph_tensors_are_saved_as_they_read() {
    const Tensor strided = at::arange(12).to(at::kFloat).reshape({3, 4}).t();
    const Tensor leaf = at::ones({2}).set_requires_grad(true);
    const Tensor grown = leaf * 2;
    save_tensors(path_, {{"strided", strided}, {"grown", grown}, {"empty", at::empty({0, 3})}});
    const TensorMap loaded = load_tensors(SafetensorsFile(path_));
    QVERIFY(at::equal(loaded.at("strided"), strided));
    QVERIFY(at::equal(loaded.at("grown"), at::full({2}, 2.0F)));
    QVERIFY(!loaded.at("grown").requires_grad());
    QCOMPARE(loaded.at("empty").sizes(), (at::IntArrayRef{0, 3}));
  }

  void shapes_are_checked_by_name() {
    check_shape(at::zeros({2, 3}), {2, -1}, "x");
    for (const auto& wrong : {at::zeros({2, 3, 1}), at::zeros({3, 3}), at::zeros({})}) {
      try {
        check_shape(wrong, {2, 3}, "planes");
        QFAIL("no error");
      } catch (const Error& error) {
        QCOMPARE(error.code(), ErrorCode::kInternal);
        QVERIFY(error.message().find("planes") != std::string::npos);
        QVERIFY(error.message().find("[2, 3]") != std::string::npos);
      }
    }
  }

  // Set before main() by the code that every test program is linked with.
  void threads_follow_the_processors() {
    const int limit = qEnvironmentVariableIntValue("OMP_NUM_THREADS");
    const int expected = limit > 0 ? std::min(limit, usable_processors()) : usable_processors();
    QCOMPARE(at::get_num_threads(), expected);
    QCOMPARE(at::get_num_interop_threads(), 1);
  }
};

QTEST_GUILESS_MAIN(TorchSafetensorsTest)
#include "torch_safetensors_test.moc"
