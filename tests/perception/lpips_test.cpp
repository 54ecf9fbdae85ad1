// SPDX-License-Identifier: Apache-2.0
#include "core/nn/torch.h"

#include "core/base/error.h"
#include "core/nn/model_pack.h"
#include "core/perception/lpips.h"
#include "tests/perception/slow_lpips.h"
#include "tests/support/small_pack.h"

#include <nlohmann/json.hpp>

#include <QTemporaryDir>
#include <QtTest>

#include <cmath>
#include <map>
#include <string>
#include <vector>

using namespace portrait;

namespace {

// The published names with weights that keep the size of what goes through.
const TensorMap& drawn_weights(LpipsTrunk trunk) {
  static std::map<LpipsTrunk, TensorMap> all;
  TensorMap& tensors = all[trunk];
  if (!tensors.empty()) return tensors;
  Parameters drawn = Parameters::random(5);
  const Lpips network(drawn, {trunk});
  for (const auto& [name, tensor] : drawn.named()) {
    const Tensor wave =
        (at::arange(tensor.numel(), at::kFloat) * 0.61 + 1).sin().view(tensor.sizes());
    tensors[name] = name.starts_with("lin")   ? wave.abs()
                    : name.ends_with(".bias") ? wave * 0.2
                                              : tensor;
  }
  return tensors;
}

Tensor picture(double phase, int height = 33, int width = 36) {
  return (at::arange(3 * height * width, at::kFloat) * 0.37 + phase)
      .sin()
      .view({1, 3, height, width});
}

std::string refusal_of(const TensorMap& tensors, LpipsTrunk trunk = LpipsTrunk::kAlex) {
  try {
    load_lpips(tensors, {trunk});
  } catch (const Error& error) {
    return error.code() == ErrorCode::kCorrupt ? error.what() : "another code";
  }
  return "none";
}

}  // namespace

class LpipsTest : public QObject {
  Q_OBJECT
 private Q_SLOTS:
  void the_formula_is_met_data() {
    QTest::addColumn<bool>("alex");
    QTest::newRow("alex") << true;
    QTest::newRow("vgg") << false;
  }
  void the_formula_is_met() {
    QFETCH(bool, alex);
    const at::NoGradGuard no_grad;
    const LpipsTrunk trunk = alex ? LpipsTrunk::kAlex : LpipsTrunk::kVgg;
    const TensorMap tensors = drawn_weights(trunk);
    const auto lpips = load_lpips(tensors, {trunk});
    const Tensor a = picture(0, 32, 33);
    const Tensor b = (a + 0.5 * picture(2, 32, 33).flip({3})).clamp(-1, 1);
    const double expected = slow_distance(tensors, trunk, a[0], b[0]);
    const Tensor found = (*lpips)(at::cat({a, a, b}), at::cat({b, a, a}));
    QCOMPARE(found.sizes(), at::IntArrayRef({3}));
    qInfo("%.6f, by the formula %.6f", found[0].item<double>(), expected);
    QVERIFY(expected > 0.01);
    QVERIFY(std::abs(found[0].item<double>() / expected - 1) < 1e-4);
    QVERIFY(std::abs(found[2].item<double>() / expected - 1) < 1e-4);
    QCOMPARE(found[1].item<double>(), 0.0);
  }

  void equal_pictures_are_at_no_distance() {
    for (const LpipsTrunk trunk : {LpipsTrunk::kAlex, LpipsTrunk::kVgg}) {
      const auto lpips = load_lpips(drawn_weights(trunk), {trunk});
      QCOMPARE((*lpips)(picture(1), picture(1)).item<float>(), 0.0F);
      QVERIFY((*lpips)(picture(1), picture(1.1)).item<float>() > 0);
    }
  }

  void the_published_tensors_are_asked_for() {
    const auto listed = [](LpipsTrunk trunk) {
      Parameters names = Parameters::listed();
      const Lpips lpips(names, {trunk});
      std::map<std::string, std::vector<std::int64_t>> shapes;
      for (const auto& [name, tensor] : names.named()) shapes[name] = tensor.sizes().vec();
      return std::pair{shapes, names.count()};
    };
    const auto [alex, alex_count] = listed(LpipsTrunk::kAlex);
    const auto [vgg, vgg_count] = listed(LpipsTrunk::kVgg);
    using Shape = std::vector<std::int64_t>;
    QCOMPARE(alex.size(), std::size_t{15});
    QCOMPARE(alex.at("net.slice1.0.weight"), (Shape{64, 3, 11, 11}));
    QCOMPARE(alex.at("net.slice2.3.weight"), (Shape{192, 64, 5, 5}));
    QCOMPARE(alex.at("net.slice3.6.weight"), (Shape{384, 192, 3, 3}));
    QCOMPARE(alex.at("net.slice4.8.weight"), (Shape{256, 384, 3, 3}));
    QCOMPARE(alex.at("net.slice5.10.weight"), (Shape{256, 256, 3, 3}));
    QCOMPARE(alex.at("lin2.model.1.weight"), (Shape{1, 384, 1, 1}));
    // torchvision's features have 2,469,696 and 14,714,688 numbers; the taps' channels besides.
    QCOMPARE(alex_count, std::int64_t{2469696 + 1152});
    QCOMPARE(vgg.size(), std::size_t{31});
    QCOMPARE(vgg_count, std::int64_t{14714688 + 1472});
    QCOMPARE(vgg.at("net.slice5.28.bias"), Shape{512});
    QCOMPARE(vgg.at("lin4.model.1.weight"), (Shape{1, 512, 1, 1}));
  }

  void every_published_naming_is_taken() {
    const TensorMap tensors = drawn_weights(LpipsTrunk::kVgg);
    const Tensor expected = (*load_lpips(tensors, {LpipsTrunk::kVgg}))(picture(0), picture(2));
    TensorMap torchvision;
    for (const auto& [name, tensor] : tensors) {
      const bool trunk = name.starts_with("net.slice");
      torchvision[trunk ? "features." + name.substr(std::string("net.slice1.").size()) : name] =
          tensor;
    }
    QVERIFY(torchvision.count("features.28.bias") == 1);
    torchvision["classifier.6.weight"] = at::zeros({2, 2});
    TensorMap whole = tensors;
    whole["lins.0.model.1.weight"] = tensors.at("lin0.model.1.weight");
    whole["scaling_layer.shift"] = at::tensor({-.030F, -.088F, -.188F}).view({1, 3, 1, 1});
    whole["scaling_layer.scale"] = at::tensor({.458F, .448F, .450F}).view({1, 3, 1, 1});
    for (const TensorMap& named : {torchvision, whole}) {
      const auto lpips = load_lpips(named, {LpipsTrunk::kVgg});
      QVERIFY(at::equal((*lpips)(picture(0), picture(2)), expected));
    }
    whole["scaling_layer.scale"] = at::ones({1, 3, 1, 1});
    QVERIFY(refusal_of(whole, LpipsTrunk::kVgg).find("scaling_layer.scale") != std::string::npos);
  }

  void a_file_that_does_not_fit_is_refused_by_name() {
    const TensorMap whole = drawn_weights(LpipsTrunk::kAlex);
    QCOMPARE(refusal_of(whole), std::string("none"));
    TensorMap broken = whole;
    broken.erase("lin3.model.1.weight");
    QVERIFY(refusal_of(broken).find("\"lin3.model.1.weight\"") != std::string::npos);
    broken = whole;
    broken["features.12.weight"] = at::zeros({1});
    QVERIFY(refusal_of(broken).find("\"features.12.weight\"") != std::string::npos);
    QVERIFY(refusal_of(whole, LpipsTrunk::kVgg).find("net.slice") != std::string::npos);
    QVERIFY_EXCEPTION_THROWN(lpips_config({{"trunk", "squeeze"}}), Error);
    QVERIFY(lpips_config({{"trunk", "vgg"}}).trunk == LpipsTrunk::kVgg);
    QVERIFY(lpips_config(to_json(LpipsConfig{})).trunk == LpipsTrunk::kAlex);
  }

  void its_gradient_is_that_of_differences() {
    const auto lpips = load_lpips(drawn_weights(LpipsTrunk::kAlex), {});
    const Tensor b = picture(2);
    const Tensor a = picture(0).requires_grad_(true);
    (*lpips)(a, b).backward();
    const at::NoGradGuard no_grad;
    const Tensor way = picture(5);
    const double step = 1e-2;
    const auto along = [&](double by) { return (*lpips)(a + by * way, b).item<double>(); };
    const double difference = (along(step) - along(-step)) / (2 * step);
    const double gradient = (a.grad() * way).sum(at::kDouble).item<double>();
    QVERIFY2(std::abs(difference / gradient - 1) < 2e-2,
             qPrintable(QString("%1 against %2").arg(difference).arg(gradient)));
  }

  void what_does_not_fit_is_refused() {
    const auto lpips = load_lpips(drawn_weights(LpipsTrunk::kAlex), {});
    (*lpips)(picture(0, 32, 32), picture(1, 32, 32));
    QVERIFY_EXCEPTION_THROWN((*lpips)(picture(0, 31, 32), picture(1, 31, 32)), Error);
    QVERIFY_EXCEPTION_THROWN((*lpips)(picture(0), picture(1, 36, 33)), Error);
    QVERIFY_EXCEPTION_THROWN((*lpips)(picture(0)[0], picture(0)[0]), Error);
  }

  void a_pack_gives_its_network() {
    const QTemporaryDir folder;
    const std::filesystem::path path = folder.path().toStdString();
    const TensorMap tensors = drawn_weights(LpipsTrunk::kVgg);
    add_small_network(path, "lpips", tensors, {{"trunk", "vgg"}});
    const auto loaded = load_lpips(ModelPack::open(path));
    QVERIFY(at::equal((*loaded)(picture(0), picture(2)),
                      (*load_lpips(tensors, {LpipsTrunk::kVgg}))(picture(0), picture(2))));
  }
};

QTEST_GUILESS_MAIN(LpipsTest)
#include "lpips_test.moc"
