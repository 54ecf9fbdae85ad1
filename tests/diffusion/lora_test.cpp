// SPDX-License-Identifier: Apache-2.0
#include "core/nn/torch.h"

#include "core/base/error.h"
#include "core/diffusion/lora.h"
#include "core/diffusion/lora_names.h"
#include "tests/diffusion/closed_form_weights.h"
#include "tests/diffusion/small_networks.h"

#include <QTemporaryDir>
#include <QtTest>

using namespace portrait;
namespace fs = std::filesystem;

namespace {

constexpr const char* kQuery = "mid_block.attentions.0.transformer_blocks.0.attn1.to_q";
constexpr const char* kOut = "mid_block.attentions.0.transformer_blocks.0.attn1.to_out.0";
constexpr const char* kConv = "mid_block.resnets.0.conv1";
constexpr const char* kPointwise = "mid_block.attentions.0.proj_in";

const ShapeMap kUNet = {{std::string(kQuery) + ".weight", {6, 5}},
                        {std::string(kOut) + ".weight", {6, 6}},
                        {std::string(kOut) + ".bias", {6}},
                        {std::string(kConv) + ".weight", {6, 5, 3, 3}},
                        {std::string(kPointwise) + ".weight", {6, 5, 1, 1}}};

Tensor drawn(const char* name, const std::vector<std::int64_t>& shape) {
  return closed_form_weight(name, shape);
}

}  // namespace

class LoraTest : public QObject {
  Q_OBJECT
  QTemporaryDir temporary_;

  SafetensorsFile saved(const TensorMap& tensors,
                        const std::map<std::string, std::string>& metadata = {}) {
    const fs::path path = temporary_.filePath("lora.safetensors").toStdString();
    save_tensors(path, tensors, metadata);
    return SafetensorsFile(path);
  }

  // What a file adds to the layer, at scale 0.7.
  Tensor added(const TensorMap& tensors, const std::string& layer,
               const std::map<std::string, std::string>& metadata = {}) {
    const UNetLora lora(saved(tensors, metadata), kUNet, 0.7);
    const std::string name = layer + ".weight";
    Tensor weight = at::ones(kUNet.at(name));
    lora.add_to(name, weight);
    return weight - 1;
  }

  Error error_of(const TensorMap& tensors) {
    try {
      const UNetLora lora(saved(tensors), kUNet, 1);
    } catch (const Error& error) {
      return error;
    }
    return Error(ErrorCode::kInternal, "no error was thrown");
  }

 private Q_SLOTS:
  void every_naming_is_read_data() {
    QTest::addColumn<QString>("down");
    QTest::addColumn<QString>("up");
    QTest::addColumn<QString>("layer");
    const QString query = kQuery;
    const QString out = kOut;
    QString kohya = "lora_unet_" + query;
    kohya.replace('.', '_');
    QTest::newRow("kohya") << kohya + ".lora_down.weight" << kohya + ".lora_up.weight" << query;
    kohya = "lora_unet_" + out;
    kohya.replace('.', '_');
    QTest::newRow("kohya out") << kohya + ".lora_down.weight" << kohya + ".lora_up.weight" << out;
    QTest::newRow("peft") << "unet." + query + ".lora_A.weight"
                          << "unet." + query + ".lora_B.weight" << query;
    QTest::newRow("peft's own") << "base_model.model." + query + ".lora_A.default.weight"
                                << "base_model.model." + query + ".lora_B.default.weight" << query;
    QTest::newRow("diffusers") << "unet." + query + ".lora.down.weight"
                               << "unet." + query + ".lora.up.weight" << query;
    QTest::newRow("without unet") << query + ".lora.down.weight" << query + ".lora.up.weight"
                                  << query;
    const QString attention = query.left(query.size() - 5);
    QTest::newRow("processor") << attention + ".processor.to_q_lora.down.weight"
                               << attention + ".processor.to_q_lora.up.weight" << query;
    QTest::newRow("processor out") << attention + ".processor.to_out_lora.down.weight"
                                   << attention + ".processor.to_out_lora.up.weight" << out;
  }

  void every_naming_is_read() {
    QFETCH(const QString, down);
    QFETCH(const QString, up);
    QFETCH(const QString, layer);
    const std::vector<std::int64_t>& shape = kUNet.at(layer.toStdString() + ".weight");
    const Tensor a = drawn("a", {2, shape[1]});
    const Tensor b = drawn("b", {6, 2});
    const Tensor found =
        added({{down.toStdString(), a}, {up.toStdString(), b}}, layer.toStdString());
    QVERIFY(relative_difference(found, 0.7 * at::mm(b, a)) < 1e-6);
  }

  void text_encoders_and_others_are_told_apart() {
    for (const char* name : {"lora_te_text_model_encoder_layers_0_mlp_fc1.lora_down.weight",
                             "lora_te1_x.alpha", "text_encoder.text_model.x.lora_A.weight",
                             "text_encoder_2.x.lora_linear_layer.down.weight"}) {
      QVERIFY2(parse_lora_name(name).part == LoraPart::kTextEncoder, name);
    }
    for (const char* name : {"lora_unet_x.hada_w1_a", "lora_unet_x.lokr_w1", "unet.x.dora_scale",
                             "lora_unet_x.lora_mid.weight", "x.weight", "alpha", ""}) {
      QVERIFY2(parse_lora_name(name).part == LoraPart::kOther, name);
    }
  }

  // W += scale * alpha / rank * up down.
  void alpha_divides_by_the_rank() {
    const Tensor a = drawn("a", {2, 5});
    const Tensor b = drawn("b", {6, 2});
    const std::string layer = std::string("unet.") + kQuery;
    TensorMap tensors = {{layer + ".lora_A.weight", a}, {layer + ".lora_B.weight", b}};
    const std::map<std::string, std::string> stated = {
        {"lora_adapter_metadata",
         R"({"unet.lora_alpha": 8, "unet.r": 2, "unet.use_dora": false})"}};
    QVERIFY(relative_difference(added(tensors, kQuery, stated), 0.7 * 4 * at::mm(b, a)) < 1e-6);
    tensors[layer + ".alpha"] = at::scalar_tensor(3.0);
    QVERIFY(relative_difference(added(tensors, kQuery, stated), 0.7 * 1.5 * at::mm(b, a)) < 1e-6);
  }

  // A convolution to `rank` channels, then one of 1 x 1: the same as one with the summed kernel.
  void convolutions_are_merged() {
    const Tensor a = drawn("a", {2, 5, 3, 3});
    const Tensor b = drawn("b", {6, 2, 1, 1});
    const std::string layer = kConv;
    const Tensor kernel =
        added({{layer + ".lora_A.weight", a}, {layer + ".lora_B.weight", b}}, kConv);
    const Tensor x = drawn("x", {1, 5, 8, 8});
    const Tensor two = at::conv2d(at::conv2d(x, a, {}, 1, 1), b);
    QVERIFY(relative_difference(at::conv2d(x, kernel, {}, 1, 1), 0.7 * two) < 1e-5);
  }

  void kernels_of_one_pixel_may_be_matrices() {
    const Tensor a = drawn("a", {2, 5});
    const Tensor b = drawn("b", {6, 2});
    const std::string layer = kPointwise;
    const Tensor expected = 0.7 * at::mm(b, a).view({6, 5, 1, 1});
    QVERIFY(relative_difference(
                added({{layer + ".lora_A.weight", a}, {layer + ".lora_B.weight", b}}, kPointwise),
                expected) < 1e-6);
    QVERIFY(relative_difference(added({{layer + ".lora_A.weight", a.view({2, 5, 1, 1})},
                                       {layer + ".lora_B.weight", b.view({6, 2, 1, 1})}},
                                      kPointwise),
                                expected) < 1e-6);
  }

  void merging_leaves_other_weights_alone() {
    const std::string layer = kQuery;
    saved({{layer + ".lora_A.weight", drawn("a", {2, 5})},
           {layer + ".lora_B.weight", drawn("b", {6, 2})}});
    PackNetwork network;
    network.loras.resize(2);
    for (PackLora& lora : network.loras) {
      lora.weights = std::make_shared<const SafetensorsFile>(
          fs::path(temporary_.filePath("lora.safetensors").toStdString()));
    }
    network.loras[1].scale = -3;
    TensorMap tensors;
    for (const auto& [name, shape] : kUNet) tensors[name] = at::ones(shape);
    merge_loras(network, tensors);
    for (const auto& [name, tensor] : tensors) {
      const bool changed = name == layer + ".weight";
      QCOMPARE(at::equal(tensor, at::ones(kUNet.at(name))), !changed);
    }
    const Tensor expected = 1 - 2 * at::mm(drawn("b", {6, 2}), drawn("a", {2, 5}));
    QVERIFY(relative_difference(tensors.at(layer + ".weight"), expected) < 1e-6);
  }

  void what_does_not_fit_is_named() {
    const std::string layer = kQuery;
    const std::string down = layer + ".lora_A.weight";
    const std::string up = layer + ".lora_B.weight";
    const auto says = [&](const TensorMap& tensors, ErrorCode code, const std::string& words) {
      const Error error = error_of(tensors);
      const bool told = error.message().find(words) != std::string::npos &&
                        error.message().find("lora.safetensors") != std::string::npos;
      if (error.code() != code || !told) qWarning("%s", error.what());
      return error.code() == code && told;
    };
    using E = ErrorCode;
    QVERIFY(says({{"lora_unet_input_blocks_1.lora_down.weight", at::ones({2, 5})}}, E::kCorrupt,
                 "input_blocks_1"));
    QVERIFY(says({{layer + ".hada_w1_a", at::ones({2, 5})}}, E::kUnsupported, "hada_w1_a"));
    QVERIFY(says({{down, at::ones({2, 5})}}, E::kCorrupt, down));
    QVERIFY(says({{layer + ".alpha", at::ones({1})}}, E::kCorrupt, layer + ".alpha"));
    QVERIFY(says({{down, at::ones({2, 5})}, {up, at::ones({6, 3})}}, E::kCorrupt, "ranks"));
    QVERIFY(says({{down, at::ones({2, 4})}, {up, at::ones({6, 2})}}, E::kCorrupt, "[6, 5]"));
    QVERIFY(says({{down, at::ones({2, 5})}, {up, at::ones({7, 2})}}, E::kCorrupt, "[6, 5]"));
    QVERIFY(says({{down, at::ones({2})}, {up, at::ones({6, 2})}}, E::kCorrupt, "ranks"));
    QVERIFY(says({{down, at::ones({0, 5})}, {up, at::ones({6, 0})}}, E::kCorrupt, "ranks"));
    QVERIFY(
        says({{down, at::ones({2, 5}, at::kLong)}, {up, at::ones({6, 2})}}, E::kUnsupported, down));
    QVERIFY(
        says({{down, at::ones({2, 5})}, {up, at::ones({6, 2})}, {layer + ".alpha", at::ones({2})}},
             E::kCorrupt, "2 numbers"));
    QVERIFY(says({{down, at::ones({2, 5})},
                  {up, at::ones({6, 2})},
                  {layer + ".lora.down.weight", at::ones({2, 5})}},
                 E::kCorrupt, "both"));
    // A kernel of nine pixels is no other arrangement of 45 numbers.
    const std::string conv = kConv;
    QVERIFY(says(
        {{conv + ".lora_A.weight", at::ones({2, 45})}, {conv + ".lora_B.weight", at::ones({6, 2})}},
        E::kCorrupt, "[6, 5, 3, 3]"));
  }
};

QTEST_GUILESS_MAIN(LoraTest)
#include "lora_test.moc"
