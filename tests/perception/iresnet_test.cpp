// SPDX-License-Identifier: Apache-2.0
#include "core/nn/torch.h"

#include "core/base/error.h"
#include "core/nn/model_pack.h"
#include "core/perception/iresnet.h"
#include "tests/perception/small_iresnet.h"
#include "tests/support/small_pack.h"

#include <nlohmann/json.hpp>

#include <QTemporaryDir>
#include <QtTest>

#include <map>
#include <string>

using namespace portrait;

namespace {

Tensor crops(int count) {
  return (at::arange(count * 3 * 112 * 112, at::kFloat) * 0.137)
      .sin()
      .mul(0.5)
      .add(0.5)
      .view({count, 3, 112, 112});
}

// The layers one by one, in double precision, from the tensors alone.
struct Plain {
  const TensorMap& tensors;

  Tensor get(const std::string& name) const { return tensors.at(name).to(at::kDouble); }
  Tensor norm(const Tensor& x, const std::string& name) const {
    std::vector<std::int64_t> shape(static_cast<std::size_t>(x.dim()), 1);
    shape[1] = -1;
    const auto part = [&](const char* kind) { return get(name + kind).view(shape); };
    return (x - part(".running_mean")) / (part(".running_var") + 1e-5).sqrt() * part(".weight") +
           part(".bias");
  }
  Tensor prelu(const Tensor& x, const std::string& name) const {
    return at::where(x > 0, x, x * get(name + ".weight").view({1, -1, 1, 1}));
  }
  Tensor convolution(const Tensor& x, const std::string& name, int stride, int padding) const {
    return at::conv2d(x, get(name + ".weight"), {}, stride, padding);
  }
  Tensor block(const Tensor& x, const std::string& name, int stride) const {
    const Tensor first = convolution(norm(x, name + ".bn1"), name + ".conv1", 1, 1);
    const Tensor inner = prelu(norm(first, name + ".bn2"), name + ".prelu");
    const Tensor last = norm(convolution(inner, name + ".conv2", stride, 1), name + ".bn3");
    if (stride == 1) return last + x;
    return last + norm(convolution(x, name + ".downsample.0", stride, 0), name + ".downsample.1");
  }
  Tensor network(const Tensor& pictures, const std::array<int, 4>& layers) const {
    Tensor x = convolution(pictures.to(at::kDouble) * 2 - 1, "conv1", 1, 1);
    x = prelu(norm(x, "bn1"), "prelu");
    for (int stage = 0; stage < 4; ++stage) {
      for (int i = 0; i < layers[std::size_t(stage)]; ++i) {
        x = block(x, "layer" + std::to_string(stage + 1) + "." + std::to_string(i), i == 0 ? 2 : 1);
      }
    }
    x = norm(x, "bn2").reshape({x.size(0), -1});
    return norm(at::matmul(x, get("fc.weight").t()) + get("fc.bias"), "features");
  }
};

std::pair<std::string, ErrorCode> refusal_of(const TensorMap& tensors) {
  try {
    load_iresnet(tensors);
  } catch (const Error& error) {
    return {error.what(), error.code()};
  }
  return {"none", ErrorCode::kInternal};
}

}  // namespace

class IResNetTest : public QObject {
  Q_OBJECT

  const IResNetConfig config_{{2, 1, 1, 2}};
  const TensorMap weights_ = small_iresnet_weights(config_);

 private Q_SLOTS:
  void a_block_is_its_layers() {
    const at::NoGradGuard no_grad;
    TensorMap one;
    for (const auto& [name, tensor] : weights_) {
      if (name.starts_with("layer1.")) one[name] = tensor;
    }
    Parameters parameters = Parameters::bound(one);
    const IResNet::Block halving(parameters, "layer1.0", 64, 64, 2);
    const IResNet::Block keeping(parameters, "layer1.1", 64, 64, 1);
    parameters.require_all_used();
    const Tensor x = (at::arange(2 * 64 * 10 * 12, at::kFloat) * 0.31).sin().view({2, 64, 10, 12});
    const Plain plain{weights_};
    const Tensor half = halving(x);
    QCOMPARE(half.sizes(), at::IntArrayRef({2, 64, 5, 6}));
    QVERIFY(relative_difference(half, plain.block(x.to(at::kDouble), "layer1.0", 2)) < 1e-5);
    QVERIFY(relative_difference(keeping(x), plain.block(x.to(at::kDouble), "layer1.1", 1)) < 1e-5);
  }

  void the_network_is_its_layers() {
    const at::NoGradGuard no_grad;
    const auto network = load_iresnet(weights_);
    QCOMPARE(network->config().layers, config_.layers);
    const Tensor found = (*network)(crops(2));
    QCOMPARE(found.sizes(), at::IntArrayRef({2, 512}));
    const double difference =
        relative_difference(found, Plain{weights_}.network(crops(2), config_.layers));
    qInfo("relative difference: %.2g", difference);
    QVERIFY(difference < 1e-4);
  }

  void the_published_sizes_have_the_published_tensors() {
    const std::map<std::array<int, 4>, std::pair<std::size_t, std::int64_t>> published = {
        {{2, 2, 2, 2}, {187, 24040320}},
        {{3, 4, 6, 3}, {331, 34165184}},
        {{3, 4, 14, 3}, {475, 43628992}},
        {{3, 13, 30, 3}, {925, 65225792}}};
    for (const auto& [layers, size] : published) {
      Parameters names = Parameters::listed();
      const IResNet network(names, {layers});
      std::map<std::string, std::vector<std::int64_t>> shapes;
      TensorMap tensors;
      for (const auto& [name, tensor] : names.named()) {
        shapes[name] = tensor.sizes().vec();
        tensors[name] = tensor;
        // Files count the batches of each normalisation besides.
        if (name.ends_with(".running_mean")) {
          tensors[name.substr(0, name.size() - 12) + "num_batches_tracked"] = at::tensor(1);
        }
      }
      QCOMPARE(tensors.size(), size.first);
      QCOMPARE(names.count(), size.second);
      QCOMPARE(iresnet_config_of(tensors).layers, layers);
      using Shape = std::vector<std::int64_t>;
      QCOMPARE(shapes.at("layer1.0.downsample.0.weight"), (Shape{64, 64, 1, 1}));
      QCOMPARE(shapes.at("layer2.0.bn1.running_var"), Shape{64});
      QCOMPARE(shapes.at("layer2.0.conv1.weight"), (Shape{128, 64, 3, 3}));
      QCOMPARE(shapes.at("layer4.1.prelu.weight"), Shape{512});
      QCOMPARE(shapes.at("fc.weight"), (Shape{512, 25088}));
      QCOMPARE(shapes.at("features.weight"), Shape{512});
      QCOMPARE(shapes.count("layer3.1.downsample.0.weight"), std::size_t{0});
    }
  }

  void counters_of_batches_are_left_out() {
    const at::NoGradGuard no_grad;
    TensorMap counted = weights_;
    counted["bn1.num_batches_tracked"] = at::tensor(7);
    counted["layer1.0.downsample.1.num_batches_tracked"] = at::tensor(7);
    QVERIFY(at::equal((*load_iresnet(counted))(crops(1)), (*load_iresnet(weights_))(crops(1))));
  }

  void other_layouts_are_named() {
    const auto [onnx, onnx_code] = refusal_of({{"685", at::zeros({64, 3, 3, 3})}});
    QVERIFY(onnx_code == ErrorCode::kUnsupported && onnx.find("ONNX") != std::string::npos);
    QVERIFY(refusal_of({{"onnx::Conv_12", at::zeros({1})}}).second == ErrorCode::kUnsupported);
    const auto [ir_se, ir_se_code] = refusal_of({{"input_layer.0.weight", at::zeros({64, 3, 3, 3})},
                                                 {"body.0.res_layer.0.weight", at::zeros({64})}});
    QVERIFY(ir_se_code == ErrorCode::kUnsupported && ir_se.find("IR-SE") != std::string::npos);
    QVERIFY(refusal_of({{"stem.weight", at::zeros({1})}}).second == ErrorCode::kCorrupt);
  }

  void a_file_that_does_not_fit_is_refused_by_name() {
    QCOMPARE(refusal_of(weights_).first, std::string("none"));
    const auto named = [](const TensorMap& tensors, const std::string& name) {
      const auto [message, code] = refusal_of(tensors);
      return code == ErrorCode::kCorrupt && message.find('"' + name + '"') != std::string::npos;
    };
    TensorMap broken = weights_;
    broken.erase("layer1.0.bn3.running_var");
    QVERIFY(named(broken, "layer1.0.bn3.running_var"));
    broken = weights_;
    broken["layer1.1.downsample.0.weight"] = at::zeros({64, 64, 1, 1});
    QVERIFY(named(broken, "layer1.1.downsample.0.weight"));
    broken = weights_;
    broken["layer4.3.bn1.weight"] = at::zeros({512});  // a block too far
    QVERIFY(named(broken, "layer4.2.bn1.weight"));
    broken = weights_;
    std::erase_if(broken, [](const auto& entry) { return entry.first.starts_with("layer3."); });
    QVERIFY(refusal_of(broken).first.find("layer3") != std::string::npos);
    QVERIFY_EXCEPTION_THROWN((*load_iresnet(weights_))(at::zeros({1, 3, 112, 111})), Error);
  }

  void a_pack_gives_its_network_and_must_agree_with_it() {
    const at::NoGradGuard no_grad;
    const QTemporaryDir folder;
    const std::filesystem::path path = folder.path().toStdString();
    add_small_network(path, "arcface", weights_, to_json(config_));
    QVERIFY(at::equal((*load_arcface(ModelPack::open(path)))(crops(1)),
                      (*load_iresnet(weights_))(crops(1))));
    add_small_network(path, "arcface", weights_, nlohmann::json::object());
    load_arcface(ModelPack::open(path));
    add_small_network(path, "arcface", weights_, {{"layers", {2, 1, 1, 3}}});
    QVERIFY_EXCEPTION_THROWN(load_arcface(ModelPack::open(path)), Error);
    for (const nlohmann::json& layers :
         {nlohmann::json{1, 2, 3}, nlohmann::json{1, 2, 3, 0}, nlohmann::json("r50")}) {
      QVERIFY_EXCEPTION_THROWN(iresnet_config({{"layers", layers}}), Error);
    }
  }
};

QTEST_GUILESS_MAIN(IResNetTest)
#include "iresnet_test.moc"
